internal import Testing

/// S3 buckets from outside, against `rclone serve s3` and moto, beside boto3 and rclone.
@Suite(.serialized) struct S3ScenarioTests {
    @Test(
        "buckets of other stores are read, written, watched and chained, whatever their keys are",
        arguments: [
            "read_write_scan", "large_objects", "chained", "beside_us", "odd_keys", "files_with_odd_keys",
            "copying", "after_actions", "commands", "restart", "probing", "example",
        ]
    )
    func reading(name: String) throws {
        try OutsideProof.run("Tests/Scenarios/s3", [OutsideProof.binary(), name])
    }

    @Test(
        "what is wrong with a store is said, costs no try and loses nothing",
        arguments: [
            "wrong_key", "missing_bucket", "no_permission", "wrong_region", "clock_skew", "slow_down",
            "certificates", "endpoint_down", "down_at_the_start", "changed_while_read", "kills",
            "stopped_while_writing", "collisions", "expired_session",
        ]
    )
    func failing(name: String) throws {
        try OutsideProof.run("Tests/Scenarios/s3", [OutsideProof.binary(), name])
    }

    @Test(
        "notifications make it sooner, and never wrong or twice",
        arguments: ["webhook", "forged", "signed", "queue", "both", "latency"]
    )
    func notified(name: String) throws {
        try OutsideProof.run("Tests/Scenarios/s3", [OutsideProof.binary(), name])
    }
}
