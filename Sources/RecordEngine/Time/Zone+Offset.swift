extension Zone {
    /// How many seconds clocks are ahead of UTC at a time, and from when (`Int64.min`: ever) until when
    /// (`Int64.max`: for ever) that holds; in seconds since 1970.
    package func offset(at seconds: Int64) -> (offset: Int, start: Int64, end: Int64) {
        let part = part(at: seconds)
        return (part.offset, part.start, part.end)
    }
}
