internal import EventModel
internal import FunctionRuntime

/// Copies its input to one output: what remains is the cost of everything around the function.
struct PassThrough: Function {
    let name: FunctionName = "copy"
    let fingerprint = Fingerprint(hex: String(repeating: "0", count: 64))

    func invoke(_ invocation: Invocation) throws(SluiceError) -> InvocationReport {
        guard let sink = try invocation.outputs.open(OutputPart(role: .result)) else {
            return InvocationReport()
        }
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 16)
        defer { unsafe memory.deallocate() }
        while true {
            // The span lives shorter than the memory, which nobody else sees.
            var span = unsafe OutputRawSpan(buffer: memory, initializedCount: 0)
            try invocation.source.read(into: &span)
            if span.isEmpty { return InvocationReport() }
            try sink.write(span.bytes)
        }
    }
}
