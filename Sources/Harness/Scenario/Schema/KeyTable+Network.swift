import NetworkImpairment

extension KeyTable {
    static let impairment = KeyTable(
        "an impairment",
        [
            .optional(
                "loss", "Each datagram on its own, or in bursts.", ["anyOf": [.reference("percentage"), .reference("loss")]]),
            .optional("delay", "One way, for every datagram.", .reference("duration")),
            .optional(
                "jitter", "Random delay on top.", ["anyOf": [.reference("duration"), .reference("jitter")]]),
            .optional("reorder", "Datagrams that leave their place in the order.", .reference("reorder")),
            .optional("rate", "The bottleneck's capacity, IP and UDP headers included.", .reference("bitrate")),
            .optional("bucket", "What an idle bottleneck saves up and sends at once; nothing by default.", .reference("size")),
            .optional(
                "queue", "How much the bottleneck holds, as a time or a size, or its discipline; 300ms by default.",
                [
                    "anyOf": [
                        .reference("duration"), .reference("size"), ["enum": ["codel", "endless"]], .reference("queue"),
                    ]
                ]),
            .optional("duplicate", "Datagrams that arrive twice.", .reference("percentage")),
            .optional("corrupt", "Datagrams in which a bit is flipped.", .reference("percentage")),
            .optional("mark", "Datagrams that get a congestion mark, if their sender has 'ecn'.", .reference("percentage")),
            .optional(
                "mtu", "The largest IP packet that passes, in bytes; longer ones vanish.",
                ["anyOf": [["type": "integer", "minimum": 68, "maximum": 65_535], .reference("size")]]),
            .optional(
                "trace", "A file that sets rate, delay and loss over time: mahimahi's, or CSV t_ms,rate_kbps,delay_ms,loss.",
                ["anyOf": [.reference("text"), .reference("trace")]]),
        ])

    static let loss = KeyTable(
        "a loss",
        [
            .optional("rate", "The mean loss.", .reference("percentage")),
            .optional(
                "burst", "With 'rate': the mean length of a burst in datagrams (Gilbert-Elliott).",
                ["anyOf": [["type": "number", "minimum": 1], .reference("environment")]]),
            .optional(
                "to_bad", "The chance of each datagram to turn a good state bad, before it is decided.", .reference("percentage")),
            .optional("to_good", "The chance of each datagram to turn a bad state good.", .reference("percentage")),
            .optional("good", "The mean stay in the good state, whatever is sent.", .reference("duration")),
            .optional("bad", "The mean stay in the bad state.", .reference("duration")),
            .optional("in_good", "What the good state loses; nothing by default.", .reference("percentage")),
            .optional("in_bad", "What the bad state loses; 100% by default.", .reference("percentage")),
            .optional(
                "place", "Before the bottleneck's queue, as by default, or behind it.",
                .choice(Impairment.LossPlace.allCases.map(\.rawValue))),
        ])

    static let jitter = KeyTable(
        "a jitter",
        [
            .required("amount", "Half the width of a uniform one, or the standard deviation.", .reference("duration")),
            .optional(
                "distribution", "uniform by default.", .choice(Jitter.Distribution.allCases.map(\.rawValue))),
            .optional("correlation", "How much of it the next datagram keeps; nothing by default.", .reference("percentage")),
            .optional(
                "reorders", "Whether a datagram may overtake an earlier one; no by default.",
                ["anyOf": [["type": "boolean"], .reference("environment")]]),
        ])

    static let reorder = KeyTable(
        "a reordering",
        [
            .optional(
                "every", "Every so-manyth datagram skips delay and jitter.",
                ["anyOf": [["type": "integer", "minimum": 2], .reference("environment")]]),
            .optional("share", "With 'by': how many datagrams are late.", .reference("percentage")),
            .optional("by", "With 'share': how much later, without holding the others up.", .reference("duration")),
        ])

    static let queue = KeyTable(
        "a queue",
        [
            .optional("time", "Drops what would wait longer.", .reference("duration")),
            .optional("size", "Drops what does not fit into these bytes.", .reference("size")),
            .optional(
                "packets", "Drops what does not fit into so many packets; 1000 by default with CoDel.", .reference("count")),
            .optional(
                "discipline", "Who drops: the full queue, as by default, or CoDel (RFC 8289).", .choice(["droptail", "codel"])),
            .optional("target", "CoDel: the wait that may stand; 5ms by default.", .reference("duration")),
            .optional("interval", "CoDel: the time for a burst to go away; 100ms by default.", .reference("duration")),
            .optional(
                "ecn", "CoDel: marks the datagrams of groups with 'ecn' instead of dropping them; no by default.",
                ["anyOf": [["type": "boolean"], .reference("environment")]]),
        ])

    static let trace = KeyTable(
        "a trace",
        [
            .required("file", "Its path.", .reference("text")),
            .optional(
                "loop", "Whether a CSV begins again at its end; yes by default.",
                ["anyOf": [["type": "boolean"], .reference("environment")]]),
        ])
}
