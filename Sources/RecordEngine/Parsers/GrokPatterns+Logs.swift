extension GrokPatterns {
    /// Parts of dates and times.
    static let times: [String: String] = [
        "MONTH": #"\b(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?"#
            + #"|Sep(?:tember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\b"#,
        "MONTHNUM": #"(?:0?[1-9]|1[0-2])"#,
        "MONTHNUM2": #"(?:0[1-9]|1[0-2])"#,
        "MONTHDAY": #"(?:0[1-9]|[12][0-9]|3[01]|[1-9])"#,
        "DAY":
            #"(?:Mon(?:day)?|Tue(?:sday)?|Wed(?:nesday)?|Thu(?:rsday)?"#
            + #"|Fri(?:day)?|Sat(?:urday)?|Sun(?:day)?)"#,
        "YEAR": #"(?>[0-9]{4}|[0-9]{2})"#,
        "HOUR": #"(?:2[0-3]|[01]?[0-9])"#,
        "MINUTE": #"[0-5][0-9]"#,
        // 60 is a leap second.
        "SECOND": #"(?:[0-5]?[0-9]|60)(?:[:.,][0-9]+)?"#,
        "TIME": #"(?<![0-9])%{HOUR}:%{MINUTE}(?::%{SECOND})(?![0-9])"#,
        "DATE_US": #"%{MONTHNUM}[/-]%{MONTHDAY}[/-]%{YEAR}"#,
        "DATE_EU": #"%{MONTHDAY}[./-]%{MONTHNUM}[./-]%{YEAR}"#,
        "ISO8601_TIMEZONE": #"(?:Z|[+-]%{HOUR}(?::?%{MINUTE})?)"#,
        "ISO8601_SECOND": #"%{SECOND}"#,
        "ISO8601_HOUR": #"(?:2[0-4]|[01][0-9])"#,
        // RFC 3339 and what people write instead of it.
        "TIMESTAMP_ISO8601":
            #"%{YEAR}-%{MONTHNUM}-%{MONTHDAY}[T ]%{HOUR}:?%{MINUTE}(?::?%{SECOND})?%{ISO8601_TIMEZONE}?"#,
        "DATE": #"(?:%{DATE_US}|%{DATE_EU})"#,
        "DATESTAMP": #"%{DATE}[- ]%{TIME}"#,
        "TZ": #"(?:[APMCE][SD]T|UTC|GMT|CEST|CET|BST)"#,
        "DATESTAMP_RFC822": #"%{DAY} %{MONTH} %{MONTHDAY} %{YEAR} %{TIME} %{TZ}"#,
        "DATESTAMP_RFC2822": #"%{DAY}, %{MONTHDAY} %{MONTH} %{YEAR} %{TIME} %{ISO8601_TIMEZONE}"#,
        "DATESTAMP_OTHER": #"%{DAY} %{MONTH} %{MONTHDAY} %{TIME} %{TZ} %{YEAR}"#,
        "DATESTAMP_EVENTLOG": #"%{YEAR}%{MONTHNUM2}%{MONTHDAY}%{HOUR}%{MINUTE}%{SECOND}"#,
        "UNIX_SECONDS": #"[0-9]{9,10}(?:\.[0-9]+)?"#,
        // RFC 3164, section 4.1.2.
        "SYSLOGTIMESTAMP": #"%{MONTH} +%{MONTHDAY} %{TIME}"#,
        "HTTPDATE": #"%{MONTHDAY}/%{MONTH}/%{YEAR}:%{TIME} %{INT}"#,
        "HTTPDERROR_DATE": #"%{DAY} %{MONTH} %{MONTHDAY} %{TIME} %{YEAR}"#,
    ]

    /// Whole lines of well-known programs, and parts of them.
    static let logs: [String: String] = [
        "LOGLEVEL": #"(?i:alert|trace|debug|notice|info(?:rmation)?|warn(?:ing)?|err(?:or)?|crit(?:ical)?"#
            + #"|fatal|severe|emerg(?:ency)?)"#,
        "PROG": #"[\x21-\x5A\x5C\x5E-\x7E]+"#,
        "SYSLOGPROG": #"%{PROG:program}(?:\[%{POSINT:pid}\])?"#,
        "SYSLOGHOST": #"%{IPORHOST}"#,
        "SYSLOGFACILITY": #"<%{NONNEGINT:facility}\.%{NONNEGINT:priority}>"#,
        "SYSLOGBASE":
            #"%{SYSLOGTIMESTAMP:timestamp} (?:%{SYSLOGFACILITY} )?%{SYSLOGHOST:logsource} %{SYSLOGPROG}:"#,
        "SYSLOGBASE2": #"(?:%{SYSLOGTIMESTAMP:timestamp}|%{TIMESTAMP_ISO8601:timestamp8601}) "#
            + #"(?:%{SYSLOGFACILITY} )?%{SYSLOGHOST:logsource} %{SYSLOGPROG}:"#,
        "SYSLOGLINE": #"%{SYSLOGBASE2} %{GREEDYDATA:message}"#,
        // RFC 5424, section 6; NILVALUE is '-'.
        "SYSLOG5424PRI": #"<%{NONNEGINT:syslog5424_pri}>"#,
        "SYSLOG5424SD": #"(?:\[[^\]\\"]*+(?:"(?:[^"\\]|\\.)*+"[^\]\\"]*+)*+\])+"#,
        "SYSLOG5424PRINTASCII": #"[!-~]+"#,
        "SYSLOG5424BASE": #"%{SYSLOG5424PRI}%{NONNEGINT:syslog5424_ver} +"#
            + #"(?:-|%{TIMESTAMP_ISO8601:syslog5424_ts}) +(?:-|%{IPORHOST:syslog5424_host}) +"#
            + #"(?:-|%{SYSLOG5424PRINTASCII:syslog5424_app}) +"#
            + #"(?:-|%{SYSLOG5424PRINTASCII:syslog5424_proc}) +"#
            + #"(?:-|%{SYSLOG5424PRINTASCII:syslog5424_msgid}) +(?:-|%{SYSLOG5424SD:syslog5424_sd})"#,
        "SYSLOG5424LINE": #"%{SYSLOG5424BASE}(?: +%{GREEDYDATA:syslog5424_msg})?"#,

        // httpd.apache.org/docs/2.4/logs.html
        "HTTPDUSER": #"(?:%{EMAILADDRESS}|%{USER})"#,
        "HTTPD_COMMONLOG": #"%{IPORHOST:clientip} %{HTTPDUSER:ident} %{HTTPDUSER:auth} "#
            + #"\[%{HTTPDATE:timestamp}\] "(?:%{WORD:verb} %{NOTSPACE:request}"#
            + #"(?: HTTP/%{NUMBER:httpversion})?"#
            + #"|%{HTTPD_INSIDE:rawrequest})" (?:-|%{NUMBER:response}) (?:-|%{NUMBER:bytes})"#,
        "HTTPD_INSIDE": #"[^"\\]*+(?:\\.[^"\\]*+)*+"#,
        "HTTPD_COMBINEDLOG":
            #"%{HTTPD_COMMONLOG} "%{HTTPD_INSIDE:referrer}" "%{HTTPD_INSIDE:agent}""#,
        "COMMONAPACHELOG": #"%{HTTPD_COMMONLOG}"#,
        "COMBINEDAPACHELOG": #"%{HTTPD_COMBINEDLOG}"#,
        "HTTPD20_ERRORLOG": #"\[%{HTTPDERROR_DATE:timestamp}\] \[%{LOGLEVEL:loglevel}\] "#
            + #"(?:\[client %{IPORHOST:clientip}\] )?%{GREEDYDATA:message}"#,
        "HTTPD24_ERRORLOG": #"\[%{HTTPDERROR_DATE:timestamp}\] \[(?:%{WORD:module})?:%{LOGLEVEL:loglevel}\] "#
            + #"\[pid %{POSINT:pid}(?::tid %{INT:tid})?\]"#
            + #"(?: \[client %{IPORHOST:clientip}:%{POSINT:clientport}\])?"#
            + #"(?: %{WORD:errorcode}:)? %{GREEDYDATA:message}"#,
        "HTTPD_ERRORLOG": #"(?:%{HTTPD20_ERRORLOG}|%{HTTPD24_ERRORLOG})"#,

        "JAVACLASS": #"(?:[a-zA-Z$_][a-zA-Z$_0-9]*\.)*[a-zA-Z$_][a-zA-Z$_0-9]*"#,
        "JAVAFILE": #"[a-zA-Z$_0-9. -]+"#,
        "JAVAMETHOD": #"(?:<(?:cl)?init>|[a-zA-Z$_][a-zA-Z$_0-9]*)"#,
        "JAVASTACKTRACEPART":
            #"\s*at %{JAVACLASS:class}\.%{JAVAMETHOD:method}\(%{JAVAFILE:file}(?::%{INT:line})?\)"#,
        "JAVATHREAD": #"(?:[A-Z]{2}-Processor[0-9]+)"#,
        "JAVALOGMESSAGE": #".*"#,
        // The date of java.util.logging and of Log4j, as Tomcat writes them.
        "CATALINA_DATESTAMP": #"%{MONTH} %{MONTHDAY}, %{YEAR} %{HOUR}:%{MINUTE}:%{SECOND} (?:AM|PM)"#,
        "TOMCAT_DATESTAMP":
            #"%{YEAR}-%{MONTHNUM}-%{MONTHDAY} %{HOUR}:%{MINUTE}:%{SECOND} %{ISO8601_TIMEZONE}"#,
        "CATALINALOG": #"%{CATALINA_DATESTAMP:timestamp} %{JAVACLASS:class} %{JAVALOGMESSAGE:logmessage}"#,
    ]
}
