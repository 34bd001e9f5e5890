internal import EventModel

extension ObjectReader {
    /// Opens the codecs around the object, and the archive in them where one is wanted.
    func openObject() throws(SluiceError) -> UnitInfo? {
        let text = try stack.openText()
        let firstBytes = try text.peek(ArchiveFormat.sniffedBytes)
        var found = ArchiveFormat.recognize(firstBytes)
        if found == nil, firstBytes.first == 0,
            ArchiveFormat.isEmptyTar(try text.peek(ArchiveFormat.emptyTarBytes + 1))
        {
            found = .tar
        }
        let wanted = plan.archive?.format ?? .none
        guard let format = wanted == .auto ? found : wanted, format != .none else {
            if wanted == .none, let found {
                counts.warnings.append(
                    "this is a \(found.rawValue) archive, taken as it is: add `unarchive: auto` to open it"
                )
            }
            self.text = text
            state = .inObject
            return UnitInfo()
        }
        counts.archive = format
        guard !firstBytes.isEmpty else { return try endWithoutMembers() }
        state = .inArchive
        levels = [try open(format, text, inside: nil)]
        return try nextMember()
    }

    /// The next member that is wanted and no archive itself.
    func nextMember() throws(SluiceError) -> UnitInfo? {
        text = nil
        while let level = levels.last {
            warn(level.takeWarnings())
            guard let member = try level.reader.next() else {
                leave(level)
                continue
            }
            try countMember()
            level.begin(member)
            guard plan.archive?.takes(level.path) != false else {
                counts.unselected &+= 1
                level.fate = .settled
                continue
            }
            if let refusal = member.refusal { throw refusal }
            let text = try level.openText(member.byteCount, limits: plan.limits)
            if let format = ArchiveFormat.recognize(try text.peek(ArchiveFormat.sniffedBytes)) {
                try openNested(format, text, in: level)
                continue
            }
            let keyPart = try keyPart(of: level)
            level.fate = .unit
            counts.units &+= 1
            self.text = text
            return UnitInfo(
                label: level.label,
                keyPart: keyPart,
                modified: member.modified,
                byteCount: member.byteCount
            )
        }
        state = .atEnd
        return nil
    }

    /// Closes the innermost archive and keeps what it counted.
    func leave(_ level: ArchiveLevel) {
        counts.skipped += level.reader.skipped
        warn(level.takeWarnings())
        warn(level.reader.warnings.map { level.labelPrefix.isEmpty ? $0 : "\(level.labelPrefix) \($0)" })
        levels.removeLast()
    }

    /// Keeps warnings, of which every member of an archive may have some, up to a limit.
    private func warn(_ texts: [String]) {
        counts.warnings += texts.prefix(Self.maximumWarnings - counts.warnings.count)
    }

    private func openNested(
        _ format: ArchiveFormat,
        _ text: StoredInput,
        in level: ArchiveLevel
    ) throws(SluiceError) {
        guard levels.count < plan.limits.maxNesting else {
            throw SluiceError(
                .archiveLimit,
                "A \(format.rawValue) archive again, more than \(plan.limits.maxNesting) archives deep.",
                hint: "Raise `max_nesting` in the limits of the function if such objects are expected."
            )
        }
        let nested = try open(format, text, inside: level)
        level.fate = .container
        counts.containers &+= 1
        levels.append(nested)
    }

    private func open(
        _ format: ArchiveFormat,
        _ text: StoredInput,
        inside parent: ArchiveLevel?
    ) throws(SluiceError) -> ArchiveLevel {
        let reader: any ArchiveReader =
            switch format {
            case .zip: try ZipReader(text, spools, limits: plan.limits, betweenReads: betweenReads)
            case .tar, .auto, .none: try TarReader(text)
            }
        return ArchiveLevel(reader, text, inside: parent)
    }

    private func endWithoutMembers() throws(SluiceError) -> UnitInfo? {
        state = .atEnd
        return nil
    }

    private func countMember() throws(SluiceError) {
        counts.members &+= 1
        guard counts.members > plan.limits.maxMembers else { return }
        isOverLimit = true
        throw SluiceError(
            .archiveLimit,
            "The object has more than \(plan.limits.maxMembers) members.",
            hint: "Raise `max_members` in the limits of the function if such objects are expected."
        )
    }

    /// The name for output keys; nil when all members go to one output. Throws when there can be none.
    private func keyPart(of level: ArchiveLevel) throws(SluiceError) -> [UInt8]? {
        guard plan.archive?.merge == false else { return nil }
        let part = level.keyPrefix + level.path
        if let objection = MemberName.objection(to: part) {
            throw SluiceError(
                .archiveUnsafeName,
                "Its name \(objection), so that it cannot be part of an output key.",
                hint: "Pack it under another name, or take all members as one output with `merge: true`."
            )
        }
        guard names.insert(part) else {
            throw SluiceError(
                .archiveDuplicateMember,
                "An earlier member of this object has the same name in output keys and went out already.",
                hint: "Pack each name once, or take all members as one output with `merge: true`."
            )
        }
        return part
    }
}

extension ObjectTotals {
    /// Counts the current member of an archive as rejected, whatever it was counted as before.
    mutating func reject(_ level: ArchiveLevel) {
        switch level.fate {
        case .open, .settled: break
        case .unit: units &-= 1
        case .container: containers &-= 1
        }
        level.fate = .settled
        rejected &+= 1
    }
}
