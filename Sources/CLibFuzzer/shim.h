#include <stddef.h>
#include <stdint.h>

/// Changes the bytes in libFuzzer's own way; gives back how many they are then. The library has no header for it
/// (llvm.org/docs/LibFuzzer.html).
size_t LLVMFuzzerMutate(uint8_t *bytes, size_t count, size_t countMax);
