/// The library of named patterns: the names that Logstash's patterns have
/// (github.com/logstash-plugins/logstash-patterns-core), written for what they stand for.
///
/// What is repeated is unambiguous wherever the meaning allows it, so that a record that does not match is
/// given up in time linear in its length at each place.
enum GrokPatterns {
    /// All of them, by name.
    static let all: [String: String] = base.merging(times) { first, _ in first }
        .merging(logs) { first, _ in first }

    /// Words, numbers, addresses and paths.
    private static let base: [String: String] = [
        "USERNAME": #"[a-zA-Z0-9._-]+"#,
        "USER": #"%{USERNAME}"#,
        "EMAILLOCALPART": #"[a-zA-Z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}"#,
        "EMAILADDRESS": #"%{EMAILLOCALPART}@%{HOSTNAME}"#,
        "INT": #"[+-]?[0-9]+"#,
        "BASE10NUM": #"(?<![0-9.+-])[+-]?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)"#,
        "NUMBER": #"%{BASE10NUM}"#,
        "BASE16NUM": #"(?<![0-9A-Fa-f])[+-]?(?:0x)?[0-9A-Fa-f]+"#,
        "BASE16FLOAT":
            #"\b(?<![0-9A-Fa-f.])[+-]?(?:0x)?(?:[0-9A-Fa-f]+(?:\.[0-9A-Fa-f]*)?|\.[0-9A-Fa-f]+)\b"#,
        "POSINT": #"\b[1-9][0-9]*\b"#,
        "NONNEGINT": #"\b[0-9]+\b"#,
        "WORD": #"\b\w+\b"#,
        "NOTSPACE": #"\S+"#,
        "SPACE": #"\s*"#,
        "DATA": #".*?"#,
        "GREEDYDATA": #".*"#,
        "QUOTEDSTRING":
            #"(?:"[^"\\]*+(?:\\.[^"\\]*+)*+"|'[^'\\]*+(?:\\.[^'\\]*+)*+'|`[^`\\]*+(?:\\.[^`\\]*+)*+`)"#,
        "QS": #"%{QUOTEDSTRING}"#,
        // RFC 9562, section 4.
        "UUID": #"[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}"#,
        // RFC 8141, section 2.
        "URN": #"urn:[0-9A-Za-z][0-9A-Za-z-]{0,31}:[0-9A-Za-z()+,.:=@;$_!*'/?#%-]+"#,
        "MAC": #"(?:%{CISCOMAC}|%{WINDOWSMAC}|%{COMMONMAC})"#,
        "CISCOMAC": #"(?:[0-9A-Fa-f]{4}\.){2}[0-9A-Fa-f]{4}"#,
        "WINDOWSMAC": #"(?:[0-9A-Fa-f]{2}-){5}[0-9A-Fa-f]{2}"#,
        "COMMONMAC": #"(?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}"#,
        "IPV4": #"(?<![0-9])(?:%{IPV4OCTET}\.){3}%{IPV4OCTET}(?![0-9])"#,
        "IPV4OCTET": #"25[0-5]|2[0-4][0-9]|[01]?[0-9]{1,2}"#,
        // RFC 3986, section 3.2.2; RFC 4007, section 11.
        "IPV6": #"(?<![0-9A-Fa-f:.])(?=[0-9A-Fa-f]{0,4}:)(?:"#
            + #"(?:%{H16}:){6}%{LS32}|::(?:%{H16}:){5}%{LS32}|%{H16}?::(?:%{H16}:){4}%{LS32}"#
            + #"|(?:(?:%{H16}:)?%{H16})?::(?:%{H16}:){3}%{LS32}"#
            + #"|(?:(?:%{H16}:){0,2}%{H16})?::(?:%{H16}:){2}%{LS32}"#
            + #"|(?:(?:%{H16}:){0,3}%{H16})?::%{H16}:%{LS32}|(?:(?:%{H16}:){0,4}%{H16})?::%{LS32}"#
            + #"|(?:(?:%{H16}:){0,5}%{H16})?::%{H16}|(?:(?:%{H16}:){0,6}%{H16})?::"#
            + #")(?![0-9A-Fa-f:])(?:%[0-9A-Za-z_.-]+)?"#,
        "H16": #"[0-9A-Fa-f]{1,4}"#,
        "LS32": #"%{H16}:%{H16}|%{IPV4}"#,
        "IP": #"(?:%{IPV4}|%{IPV6})"#,
        // RFC 1123, section 2.1, and the underscores that people use.
        "HOSTNAME":
            #"\b[0-9A-Za-z][0-9A-Za-z_-]{0,62}(?:\.[0-9A-Za-z_][0-9A-Za-z_-]{0,62})*+\.?(?![0-9A-Za-z_-])"#,
        "HOST": #"%{HOSTNAME}"#,
        "IPORHOST": #"(?:%{IP}|%{HOSTNAME})"#,
        "HOSTPORT": #"%{IPORHOST}:%{POSINT}"#,
        "PATH": #"(?:%{UNIXPATH}|%{WINPATH})"#,
        "UNIXPATH": #"/[[:alnum:]_%!$@:.,+~/-]*"#,
        "TTY": #"/dev/(?:pts|tty(?:[pq])?)(?:\w+)?/?[0-9]*"#,
        "WINPATH": #"(?:[A-Za-z]:|\\)\\[^*?"<>|:\r\n]*"#,
        "URIPROTO": #"[A-Za-z][A-Za-z0-9+.-]*"#,
        "URIHOST": #"%{IPORHOST}(?::%{POSINT})?"#,
        "URIPATH": #"/[A-Za-z0-9$.+!*'(){},~:;=@#%&_/-]*"#,
        "URIQUERY": #"[A-Za-z0-9$.+!*'|(){},~@#%&/=:;_?\[\]<>-]*"#,
        "URIPARAM": #"\?%{URIQUERY}"#,
        "URIPATHPARAM": #"%{URIPATH}(?:%{URIPARAM})?"#,
        "URI": #"%{URIPROTO}://(?:%{USER}(?::[^@\s/]*)?@)?(?:%{URIHOST})?(?:%{URIPATHPARAM})?"#,
    ]
}
