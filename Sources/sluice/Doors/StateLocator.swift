internal import Daemon
internal import Foundation
internal import Settings

/// Finds the state directory that a configuration names, also when that configuration has mistakes: a file
/// that is being edited must not hide the service that runs with its earlier text.
enum StateLocator {
    /// The absolute path of the state directory, or nil when not even that can be read.
    static func state(in result: ConfigurationLoader.Result) -> String? {
        if let configuration = result.configuration { return configuration.state }
        var diagnostics = Diagnostics()
        guard let root = YAML.parse(result.source, &diagnostics), case .mapping(let entries) = root.value,
            case .scalar(let path, _)? = entries.first(where: { $0.name == "state" })?.value.value
        else { return nil }
        let directory = (result.file as NSString).deletingLastPathComponent
        let joined = path.hasPrefix("/") ? path : directory + "/" + path
        return (joined as NSString).standardizingPath
    }
}
