internal import ArgumentParser

@main
struct Sluice: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "sluice", abstract: "Turns 'an object arrived' into 'its clean result exists'.")
}
