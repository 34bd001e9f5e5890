internal import Testing

/// Proofs that look at the program only from outside: files in, files and verdicts out.
@Suite(.serialized) struct OutsideProofTests {
    @Test("the engine agrees with independent readers, record by record and field by field")
    func differential() throws {
        try OutsideProof.run(
            "Tests/Oracles/differential",
            [OutsideProof.binary()] + OutsideProof.realLogs
        )
    }

    @Test("parsers agree with readers that were written from the standards")
    func formats() throws {
        try OutsideProof.run("Tests/Oracles/formats", [OutsideProof.binary()])
    }

    @Test("each file of the corpus has its verdict, counts and bytes, in whatever pieces it comes")
    func corpus() throws {
        try OutsideProof.run("Tests/Scenarios/corpus", [OutsideProof.binary()])
    }

    @Test("1,000 damaged files: never a false success")
    func damage() throws {
        try OutsideProof.run(
            "Tests/Scenarios/damage",
            [OutsideProof.binary(), "--count", "1000", "--seed", "7"]
        )
    }

    @Test(
        "each bad input has its verdict and loses nothing else",
        arguments: [
            "damaged_objects", "odd_contents", "giant_line", "still_written", "no_objects",
            "back_to_earlier_content",
            "fewer_outputs", "one_key_for_two", "two_triggers_then_delete", "every_object_fails",
            "config_mistakes", "loops",
            "full_disk", "second_service", "reload_with_a_mistake",
        ]
    )
    func badInput(name: String) throws {
        try OutsideProof.run("Tests/Scenarios/badinput", [OutsideProof.binary(), name])
    }

    @Test("60 kills at random moments: 0 lost, 0 duplicate, 0 partial, 0 temporary files left (B01)")
    func kills() throws {
        try OutsideProof.run(
            "scripts/torture",
            ["--binary", OutsideProof.binary(), "--kills", "60", "--seed", "7"]
        )
    }

    @Test("no fuzzer finds a crash, a hang or a chunk that matters within its first 300 inputs")
    func fuzz() throws {
        try OutsideProof.run("scripts/fuzz", ["--runs", "300"])
    }

    @Test("the demo's counts are right")
    func demo() throws {
        try OutsideProof.run("scripts/demo", [OutsideProof.binary()])
    }
}
