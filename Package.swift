// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableExperimentalFeature("Lifetimes"),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

func room(_ area: String, _ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, path: "Sources/\(area)/\(name)", swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .testTarget(name: "\(name)Tests", dependencies: [.byName(name: name)] + dependencies, swiftSettings: settings)
}

let package = Package(
    name: "Starling",
    dependencies: [],
    targets: [
        // C: one thin target per library.
        .target(
            name: "CStarlingOpenSSL", path: "Sources/C/CStarlingOpenSSL",
            linkerSettings: [.linkedLibrary("ssl"), .linkedLibrary("crypto")]),
        .systemLibrary(
            name: "CLibSRTP", path: "Sources/C/CLibSRTP", pkgConfig: "libsrtp2", providers: [.apt(["libsrtp2-dev"])]),
        .systemLibrary(name: "COpus", path: "Sources/C/COpus", pkgConfig: "opus", providers: [.apt(["libopus-dev"])]),
        .systemLibrary(name: "CVPX", path: "Sources/C/CVPX", pkgConfig: "vpx", providers: [.apt(["libvpx-dev"])]),
        .target(name: "CStarlingCRC", path: "Sources/C/CStarlingCRC"),

        room("RTC", "RTCCore", ["CStarlingCRC"]),
        room("RTC", "RTCWire", ["RTCCore"]),
        room("RTC", "RTCCrypto", ["RTCCore", "CStarlingOpenSSL", "CLibSRTP"]),
        room("RTC", "RTCICE", ["RTCCore", "RTCWire", "RTCCrypto"]),
        room("RTC", "RTCPeer", ["RTCCore", "RTCWire", "RTCCrypto", "RTCICE"]),

        room("Network", "NetworkImpairment", ["RTCCore"]),
        room("Network", "NetworkSimulation", ["RTCCore", "NetworkImpairment"]),

        room("Media", "MediaFiles"),
        room("Media", "MediaTracks", ["RTCCore", "MediaFiles"]),
        room("Media", "MediaCodecs", ["RTCCore", "MediaFiles", "COpus", "CVPX"]),

        tests("RTCCore"),
        // tests("RTCWire", ["RTCCore"]),
        tests("RTCCrypto", ["RTCCore", "CStarlingOpenSSL"]),
        tests("RTCICE", ["RTCCore", "RTCWire", "RTCCrypto"]),
        tests("NetworkImpairment", ["RTCCore"]),
        // tests("NetworkSimulation", ["RTCCore", "NetworkImpairment"]),
        // tests("MediaFiles", ["RTCCore"]),
        // tests("MediaTracks", ["RTCCore", "MediaFiles", "CStarlingCRC"]),
        // tests("MediaCodecs", ["RTCCore", "MediaFiles", "MediaTracks"]),
    ],
    swiftLanguageModes: [.v6]
)
