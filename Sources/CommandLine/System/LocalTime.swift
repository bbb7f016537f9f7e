import Glibc

/// The time zone of this process, as the C library knows it.
enum LocalTime {
    /// Times of this place.
    static let text = TimeText { seconds in
        var time = time_t(seconds)
        var parts = tm()
        return localtime_r(&time, &parts) == nil ? 0 : parts.tm_gmtoff
    }
}
