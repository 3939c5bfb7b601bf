/// Members of statistics reports that the standard has no name for; `docs/metrics.md` defines each.
public enum StarlingStatistic: String, Hashable, Sendable, CaseIterable {
    // inbound-rtp
    case framesDamaged = "starlingFramesDamaged"
    case packetsDuplicated = "starlingPacketsDuplicated"
    case openFreezeDuration = "starlingOpenFreezeDuration"
    case interruptionCount = "starlingInterruptionCount"
    case totalInterruptionsDuration = "starlingTotalInterruptionsDuration"
    case openInterruptionDuration = "starlingOpenInterruptionDuration"
    case lossRunCount = "starlingLossRunCount"
    case burstCount = "starlingBurstCount"
    case burstPackets = "starlingBurstPackets"
    case burstPacketsLost = "starlingBurstPacketsLost"
    case gapPackets = "starlingGapPackets"
    case gapPacketsLost = "starlingGapPacketsLost"
    // outbound-rtp
    case packetsDropped = "starlingPacketsDropped"
    case retransmissionsUnavailable = "starlingRetransmissionsUnavailable"
    // transport
    case rtcpPacketsSent = "starlingRtcpPacketsSent"
    case rtcpPacketsReceived = "starlingRtcpPacketsReceived"
    case srtpAuthenticationFailures = "starlingSrtpAuthenticationFailures"
    case srtpReplays = "starlingSrtpReplays"
    case unknownSSRC = "starlingUnknownSsrc"
    case malformed = "starlingMalformed"
    case unprovenPath = "starlingUnprovenPath"
    case tooEarly = "starlingTooEarly"
    case namesUnresolved = "starlingNamesUnresolved"
    case transportFeedbackSent = "starlingTransportFeedbackSent"
    case transportFeedbackReceived = "starlingTransportFeedbackReceived"
}
