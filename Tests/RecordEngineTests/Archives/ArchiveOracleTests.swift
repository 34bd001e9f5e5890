internal import EventModel
internal import RecordEngine
internal import Testing

/// Python's `tarfile` and `zipfile` write the archives: they share no code with us.
@Suite struct ArchiveOracleTests {
    private struct Case {
        var archive: [UInt8]
        var members: [Unpacked.Unit]
    }

    @Test("archives of Python's tarfile and zipfile have their members, byte for byte")
    func python() throws {
        let result = try Python.run(Self.script, files: [])
        try #require(result.status == 0)
        let cases = Self.cases(result.output)
        #expect(cases.count == 60)
        for (number, item) in cases.enumerated() {
            for chunk in [[1, 2, 7, 4096][number % 4], 1 << 20] {
                let unpacked = unpack(item.archive, chunk: chunk)
                #expect(unpacked.units == item.members, "archive \(number), chunks of \(chunk)")
                #expect(unpacked.verdicts == [], "archive \(number)")
                #expect(unpacked.totals.warnings == [], "archive \(number)")
            }
        }
    }

    /// What the script writes: for each archive its bytes, the number of members, name and text of each; all
    /// with their length in four bytes in front.
    private static func cases(_ output: [UInt8]) -> [Case] {
        var rest = output[...]
        func number() -> Int {
            defer { rest = rest.dropFirst(4) }
            return rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
        }
        func blob() -> [UInt8] {
            let length = number()
            defer { rest = rest.dropFirst(length) }
            return Array(rest.prefix(length))
        }
        var cases: [Case] = []
        while !rest.isEmpty {
            let archive = blob()
            let members = (0..<number()).map { _ in
                Unpacked.Unit(String(decoding: blob(), as: UTF8.self), blob())
            }
            cases.append(Case(archive: archive, members: members))
        }
        return cases
    }

    private static let script = """
        import io, random, struct, sys, tarfile, zipfile
        rng = random.Random(20261121)
        out = sys.stdout.buffer
        def blob(data):
            out.write(struct.pack('>I', len(data)) + data)
        def name(index):
            parts = [rng.choice(['var', 'log', 'h\\u00f6st', '\\u65e5\\u8a8c', 'x' * rng.randrange(1, 80)])
                     for _ in range(rng.randrange(4))]
            return '/'.join(parts + ['%d.log' % index])
        def text():
            kind = rng.randrange(4)
            if kind == 0: return b''
            if kind == 1: return rng.randbytes(rng.randrange(1, 3000))
            if kind == 2: return b'z' * rng.choice([511, 512, 513, 1024])
            lines = rng.randrange(1, 5000)
            return b''.join(b'%d GET /%d\\n' % (n, rng.randrange(1000)) for n in range(lines))
        def members():
            return [(name(index), text()) for index in range(rng.randrange(12))]
        class Unseekable(io.RawIOBase):
            def __init__(self): self.data = bytearray()
            def writable(self): return True
            def write(self, data): self.data += data; return len(data)
        def tar(files):
            buffer = io.BytesIO()
            codec = rng.choice(['', 'gz', 'bz2', 'xz'])
            form = rng.choice([tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
            kept = []
            with tarfile.open(fileobj=buffer, mode='w:' + codec, format=form) as archive:
                for path, data in files:
                    info = tarfile.TarInfo(path)
                    info.size = len(data)
                    info.mtime = rng.choice([0, 1700000000, 1700000000.5])
                    try:
                        archive.addfile(info, io.BytesIO(data))
                    except ValueError:
                        continue  # ustar has no room for such a name
                    kept.append((path, data))
                    for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE):
                        if rng.randrange(4) == 0:
                            other = tarfile.TarInfo('other%d' % rng.randrange(1000))
                            other.type = kind
                            other.linkname = '/etc/passwd'
                            archive.addfile(other)
            return buffer.getvalue(), kept
        def pack(files):
            target = rng.choice([io.BytesIO, Unseekable])()
            with zipfile.ZipFile(target, 'w', rng.choice([0, 8, 12])) as archive:
                for path, data in files:
                    info = zipfile.ZipInfo(path, (2026, 11, 21, 3, 4, 6))
                    info.compress_type = rng.choice([0, 8, 12])
                    with archive.open(info, 'w', force_zip64=rng.randrange(2) == 0) as member:
                        member.write(data)
                    if rng.randrange(4) == 0: archive.mkdir('dir%d' % rng.randrange(100000))
                archive.comment = b'c' * rng.choice([0, 0, 100, 65535])
            data = target.getvalue() if isinstance(target, io.BytesIO) else bytes(target.data)
            return data, files
        for number in range(60):
            data, files = (tar if number % 2 else pack)(members())
            blob(data)
            out.write(struct.pack('>I', len(files)))
            for path, content in files:
                blob(path.encode())
                blob(content)
        """
}
