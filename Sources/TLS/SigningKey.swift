internal import COpenSSL

/// An Ed25519 private key, which says of bytes that they come from this server.
package final class SigningKey {
    private let library: OpaquePointer

    /// The other half, with which others check: 32 bytes.
    package let publicKey: [UInt8]

    /// Reads the one private key of a PEM file, in PKCS #8 and without a passphrase.
    package init(pemFile path: String) throws(TLSError) {
        guard let file = BIO_new_file(path, "r") else { throw .file(path: path, reason: LibraryError.take()) }
        defer { BIO_free(file) }
        guard let library = Self.read(file) else {
            ERR_clear_error()
            throw .file(
                path: path,
                reason: "it holds no private key in PEM form without a passphrase; make one with "
                    + "'openssl genpkey -algorithm ed25519'"
            )
        }
        guard EVP_PKEY_get_id(library) == EVP_PKEY_ED25519, let publicKey = Self.publicKey(of: library) else {
            EVP_PKEY_free(library)
            throw .file(
                path: path,
                reason: "its key is not an Ed25519 key; make one with 'openssl genpkey -algorithm ed25519'"
            )
        }
        let second = Self.read(file)
        ERR_clear_error()
        guard second == nil else {
            EVP_PKEY_free(second)
            EVP_PKEY_free(library)
            throw .file(path: path, reason: "it holds more than one key, and only one can sign")
        }
        self.library = library
        self.publicKey = publicKey
    }

    deinit {
        EVP_PKEY_free(library)
    }

    /// The signature of these bytes: 64 bytes.
    package func sign(_ bytes: [UInt8]) throws(TLSError) -> [UInt8] {
        guard let digest = EVP_MD_CTX_new() else { throw .library(LibraryError.take()) }
        defer { EVP_MD_CTX_free(digest) }
        var signature = [UInt8](repeating: 0, count: 64)
        var count = signature.count
        guard EVP_DigestSignInit(digest, nil, nil, nil, library) == 1,
            EVP_DigestSign(digest, &signature, &count, bytes, bytes.count) == 1
        else { throw .library(LibraryError.take()) }
        return Array(signature.prefix(count))
    }

    /// Nobody is there to be asked for a passphrase: a key that wants one is refused.
    private static func read(_ file: OpaquePointer) -> OpaquePointer? {
        PEM_read_bio_PrivateKey(file, nil, { _, _, _, _ in -1 }, nil)
    }

    private static func publicKey(of library: OpaquePointer) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: 32)
        var count = bytes.count
        guard EVP_PKEY_get_raw_public_key(library, &bytes, &count) == 1, count == bytes.count else { return nil }
        return bytes
    }
}
