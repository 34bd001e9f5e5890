internal import EventModel

extension LedgerStore {
    /// Begins a proof of the counters; ends with `endProof`.
    func beginProof() -> Int {
        let number = (memory.proofs.keys.max() ?? 0) + 1
        memory.proofs[number] = LedgerMemory.Proof()
        return number
    }

    /// Counts the next rows; true while there are more.
    ///
    /// What changes meanwhile is counted by
    /// `LedgerMemory.count`.
    func continueProof(_ number: Int, problems: inout [String]) throws(SluiceError) -> Bool {
        guard var proof = memory.proofs[number] else { return false }
        let end = proof.cursor + Self.sliceRows / 2
        let rows = try sql("SELECT id, stream, class, state FROM delivery WHERE id > ? AND id <= ?")
            .bind(proof.cursor).bind(end)
        while try rows.next() {
            let key = LedgerMemory.CounterKey(
                stream: rows.integer(1),
                deliveryClass: Int(rows.integer(2)),
                state: Self.state(rows.integer(3)).order
            )
            proof.counts[key, default: 0] += 1
        }
        try findProblems(after: proof.cursor, to: end, &problems)
        proof.cursor = end
        memory.proofs[number] = proof
        return end < memory.lastDelivery
    }

    /// Compares what was counted with the counters.
    func endProof(_ number: Int) -> [String] {
        guard let proof = memory.proofs.removeValue(forKey: number) else { return [] }
        let keys = Set(memory.counters.keys).union(proof.counts.keys)
        return keys.compactMap { key in
            let (counted, kept) = (proof.counts[key] ?? 0, memory.counters[key] ?? 0)
            if counted == kept { return nil }
            let trigger = memory.streamNames[key.stream]?.trigger.rawValue ?? "?"
            let deliveryClass = DeliveryClass(rawValue: key.deliveryClass) ?? .live
            let state = Self.state(Int64(key.state))
            return
                "\(trigger): \(counted) of class \(deliveryClass) are \(state), the counter says \(kept)."
        }
    }

    /// What rows promise each other: ready and dead deliveries are their target's latest, open ones are
    /// alone, and an output is staged only while its delivery commits.
    private func findProblems(after: Int64, to end: Int64, _ problems: inout [String]) throws(SluiceError) {
        let rows = try sql(
            """
            SELECT d.id, d.state FROM delivery d JOIN target t ON t.id = d.target
            WHERE d.id > ? AND d.id <= ? AND ((d.state IN (0, 4, 8) AND t.latest IS NOT d.id)
                OR (d.state IN (1, 2) AND EXISTS (SELECT 1 FROM delivery o WHERE o.target = d.target
                    AND o.id <> d.id AND o.state IN (1, 2))))
            """
        ).bind(after).bind(end)
        while try rows.next() {
            problems.append(
                "Delivery \(rows.integer(0)) is \(Self.state(rows.integer(1))); its target says otherwise."
            )
        }
        let outputs = try sql(
            """
            SELECT o.key, d.id FROM delivery d CROSS JOIN output o ON o.owner = d.target AND o.delivery = d.id
            WHERE d.id > ? AND d.id <= ? AND o.staged IS NOT NULL AND d.state <> 2
            """
        ).bind(after).bind(end)
        while try outputs.next() {
            let key = ObjectKey(bytes: outputs.bytes(0))
            problems.append("Output \(key) and its delivery \(outputs.integer(1)) disagree.")
        }
    }
}
