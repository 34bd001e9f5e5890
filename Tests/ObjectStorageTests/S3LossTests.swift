internal import EventModel
internal import ObjectStorage
internal import TestSupport
internal import Testing

/// What is said of staged outputs that a store lost: a commit that was decided is made again, never given up.
@Suite struct S3LossTests {
    @Test("a lost upload is told as lost by every process, until it is discarded")
    func lost() async throws {
        try await JournaledBucket.run { place in
            let store = place.store()
            let request = try await place.stage(store, "out", [1, 2])
            place.server.loseUploads()
            await place.expect(.storageStagedLost, store, request)
            await place.expect(.storageStagedLost, store, request, "It is the answer each time.")
            let next = place.store()
            await place.expect(.storageStagedLost, next, request, "A later boot reads it in the journal.")
            try await next.discard(request.staged)
            #expect(place.directory.files(below: "uploads").isEmpty)
            await place.expect(.storageStagedGone, next, request)
            let forgetful = place.store(journal: false)
            let another = try await place.stage(forgetful, "out", [1, 2])
            place.server.loseUploads()
            await place.expect(.storageStagedLost, forgetful, another, "Memory tells as well.")
        }
    }

    @Test(
        "something else under the key does not hide the loss",
        arguments: [PublishExpectation.absent, .anything]
    )
    func foreign(_ expecting: PublishExpectation) async throws {
        try await JournaledBucket.run { place in
            let store = place.store()
            let request = try await place.stage(store, "out", [1, 2], expecting: expecting)
            place.server.loseUploads()
            place.server.put("out", [9])
            await place.expect(.storageStagedLost, store, request)
            #expect(place.server.object("out")?.bytes == [9])
            // What lies there is what was to lie there, whoever put it.
            place.server.put("out", [1, 2])
            let published = try await place.publish(store, request)
            #expect(published.info.sizeBytes == 2)
            place.server.remove("out")
            await place.expect(.storageStagedGone, store, request, "From now on it counts as published.")
        }
    }

    @Test("an output that was published and taken away is gone; lost only where a crash kept it unrecorded")
    func taken() async throws {
        try await JournaledBucket.run { place in
            let store = place.store()
            let request = try await place.stage(store, "out", [1, 2])
            let file = try #require(place.directory.files(below: "uploads").first)
            let record = try #require(place.directory.read(file))
            try await place.publish(store, request)
            #expect(place.directory.files(below: "uploads").isEmpty)
            place.server.remove("out")
            await place.expect(.storageStagedGone, store, request)

            // The process died between the end of the upload and the journal's forgetting it.
            let again = try await place.stage(store, "out", [1, 2])
            try await place.publish(store, again)
            place.directory.write(file, record)
            let next = place.store()
            let published = try await place.publish(next, again)
            #expect(published.info.key == "out")
            place.server.remove("out")
            await place.expect(.storageStagedGone, next, again)
            place.directory.write(file, record)
            let last = place.store()
            await place.expect(.storageStagedLost, last, again, "Made twice is harmless, lost is not.")
        }
    }

    @Test("an answered end is believed where reads lag behind, or the object is taken away at once (N08)")
    func believed() async throws {
        try await JournaledBucket.run { place in
            let store = place.store()
            for isLate in [true, false] {
                let request = try await place.stage(store, "out", [1, 2])
                place.server.setManner { $0.staleReads = isLate ? 3 : 0 }
                // The store heeds conditions, so the first look is the one after the end.
                if !isLate { place.server.fail(.head, with: .remove, key: "out") }
                let published = try await place.publish(store, request)
                #expect(published.info.sizeBytes == 2 && !published.wasUnchanged)
                if isLate {
                    while try await store.head("out") == nil {}
                    #expect(try await store.head("out")?.version == published.info.version)
                }
                #expect(place.directory.files(below: "uploads").isEmpty)
                place.server.setManner { $0.staleReads = 0 }
                place.server.remove("out")
            }
        }
    }

    @Test("an upload that lost parts counts as lost", arguments: ["InvalidPart", "InvalidPartOrder"])
    func lostParts(_ code: String) async throws {
        try await JournaledBucket.run { place in
            let store = place.store()
            let request = try await place.stage(store, "out", [1, 2])
            place.server.fail(.complete, with: .error(400, code))
            await place.expect(.storageStagedLost, store, request)
            try await store.discard(request.staged)
            #expect(place.server.openUploads().isEmpty)
        }
    }

    @Test("an upload that is lost while it is written blames the store, not the object")
    func lostEarly() async throws {
        try await JournaledBucket.run { place in
            let store = place.store(journal: false)
            _ = try await store.capabilities()
            place.server.fail(.uploadPart, with: .error(404, "NoSuchUpload"))
            let error = await #expect(throws: SluiceError.self) {
                _ = try await place.stage(store, "out", [1, 2])
            }
            #expect(error?.code == .storageStagedLost)
            #expect(error?.code.blame == .transient)
        }
    }

    @Test("an end that was not answered is waited for before the upload is lost", arguments: [false, true])
    func unanswered(_ isSilent: Bool) async throws {
        try await JournaledBucket.run { place in
            let clock = ManualClock()
            let store = place.store(clock: clock)
            let request = try await place.stage(store, "out", [1, 2])
            place.server.fail(.complete, with: .hold(isSilent: isSilent))
            // libcurl itself sends again on a connection that was used before, and only then reports.
            if !isSilent { place.server.fail(.complete, with: .reset(-1)) }
            await place.expect(.storageUnavailable, store, request)
            clock.advance(by: .seconds(200))
            await place.expect(.storageUnavailable, store, request)
            place.server.land()
            try await place.publish(store, request)
            #expect(place.server.object("out")?.bytes == [1, 2])

            place.server.remove("out")
            let again = try await place.stage(store, "out", [1, 2])
            place.server.fail(.complete, with: .hold(isSilent: isSilent))
            if !isSilent { place.server.fail(.complete, with: .reset(-1)) }
            await place.expect(.storageUnavailable, store, again)
            clock.advance(by: .seconds(301))
            await place.expect(.storageStagedLost, store, again, "It never came.")
        }
    }
}
