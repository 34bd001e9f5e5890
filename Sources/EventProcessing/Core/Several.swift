/// The same work on many items, several at a time: stores answer many requests as fast as one.
enum Several {
    /// So many items are worked on at a time.
    static let atATime = 16

    /// Works on each item. The answers come in no order; once `isEnough` says so of one, nothing more is
    /// begun and what is under way is cancelled.
    static func each<Item: Sendable, Answer: Sendable>(
        _ items: some Sequence<Item>,
        until isEnough: (Answer) -> Bool = { _ in false },
        _ work: @escaping @Sendable (Item) async -> Answer
    ) async -> [Answer] {
        await withTaskGroup(of: Answer.self) { group in
            var answers: [Answer] = []
            var isOver = false
            for (index, item) in items.enumerated() {
                if index >= atATime, let answer = await group.next() {
                    answers.append(answer)
                    isOver = isEnough(answer)
                }
                if isOver { break }
                group.addTask { await work(item) }
            }
            if isOver { group.cancelAll() }
            for await answer in group {
                answers.append(answer)
                if isOver || !isEnough(answer) { continue }
                isOver = true
                group.cancelAll()
            }
            return answers
        }
    }
}
