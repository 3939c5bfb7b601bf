internal import RTCCore
internal import RTCPeer

/// Reads a bot's connections now and then, and tells what was new since the last time.
struct CallGauge {
    struct Figures {
        /// Of each other participant, in the order of connections, 0 to 1 and linear.
        var levels: [(participant: String, level: Double)] = []
        /// Of what was sent, the mean of all connections.
        var ownLevel: Double = 0
        /// Milliseconds, the mean of the connections that know it.
        var roundTrip: Double?
        /// Milliseconds, the mean of the tracks that came.
        var jitter: Double?
        /// Of the packets that should have come, 0 to 1; `nil` where none should have.
        var loss: Double?
    }

    private struct Mark {
        let token: UInt64
        var received = AudioEnergy()
        var sent = AudioEnergy()
        var packetsReceived: UInt64 = 0
        var packetsLost: Int64 = 0
    }

    private var marks: [Mark] = []

    mutating func read(_ connections: [MeshConnection]) -> Figures {
        var figures = Figures()
        var next: [Mark] = []
        var (sent, sentBefore) = (AudioEnergy(), AudioEnergy())
        var (received, lost) = (UInt64(0), Int64(0))
        var roundTrips: [Double] = []
        var jitters: [Double] = []
        for connection in connections where connection.connectedAt != nil {
            let before = marks.first { $0.token == connection.token } ?? Mark(token: connection.token)
            var mark = Mark(token: connection.token)
            mark.received = connection.receivedAudioEnergy
            mark.sent = connection.sentAudioEnergy
            figures.levels.append((connection.remoteID, mark.received.level(since: before.received)))
            sent.add(mark.sent)
            sentBefore.add(before.sent)
            if let roundTrip = connection.peer.roundTripTime { roundTrips.append(roundTrip.inSeconds * 1000) }
            for inbound in connection.inbound {
                mark.packetsReceived += inbound.packetsReceived
                mark.packetsLost += inbound.packetsLost
                jitters.append(inbound.jitter * 1000)
            }
            if mark.packetsReceived > before.packetsReceived { received += mark.packetsReceived - before.packetsReceived }
            lost += mark.packetsLost - before.packetsLost
            next.append(mark)
        }
        marks = next
        figures.ownLevel = sent.level(since: sentBefore)
        figures.roundTrip = Self.mean(roundTrips)
        figures.jitter = Self.mean(jitters)
        let missing = Double(max(0, lost))
        figures.loss = received > 0 || missing > 0 ? missing / (Double(received) + missing) : nil
        return figures
    }

    private static func mean(_ values: [Double]) -> Double? {
        values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }
}
