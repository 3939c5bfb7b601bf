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

let nio: [Target.Dependency] = [
    .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
    .product(name: "NIOHTTP1", package: "swift-nio"), .product(name: "NIOWebSocket", package: "swift-nio"),
]

let package = Package(
    name: "Starling",
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.1"),
    ],
    targets: [
        // C: one thin target per library.
        .target(
            name: "CStarlingOpenSSL", path: "Sources/C/CStarlingOpenSSL",
            linkerSettings: [.linkedLibrary("ssl"), .linkedLibrary("crypto")]),
        .systemLibrary(
            name: "CLibSRTP", path: "Sources/C/CLibSRTP", pkgConfig: "libsrtp2", providers: [.apt(["libsrtp2-dev"])]),
        .systemLibrary(name: "COpus", path: "Sources/C/COpus", pkgConfig: "opus", providers: [.apt(["libopus-dev"])]),
        .systemLibrary(name: "CVPX", path: "Sources/C/CVPX", pkgConfig: "vpx", providers: [.apt(["libvpx-dev"])]),
        .systemLibrary(
            name: "CMongo", path: "Sources/C/CMongo", pkgConfig: "libmongoc-1.0", providers: [.apt(["libmongoc-dev"])]),
        .target(name: "CStarlingCRC", path: "Sources/C/CStarlingCRC"),
        .target(name: "CStarlingSocket", path: "Sources/C/CStarlingSocket"),

        room("RTC", "RTCCore", ["CStarlingCRC"]),
        room("RTC", "RTCWire", ["RTCCore"]),
        room("RTC", "RTCCrypto", ["RTCCore", "CStarlingOpenSSL", "CLibSRTP"]),
        room("RTC", "RTCICE", ["RTCCore", "RTCWire", "RTCCrypto"]),
        room("RTC", "RTCPeer", ["RTCCore", "RTCWire", "RTCCrypto", "RTCICE"]),

        room("Network", "NetworkImpairment", ["RTCCore"]),
        room("Network", "NetworkSimulation", ["RTCCore", "NetworkImpairment"]),
        room(
            "Network", "NetworkDriver",
            [
                "RTCCore", "NetworkImpairment", "CStarlingSocket", "CStarlingOpenSSL",
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
            ]),

        room("Media", "MediaFiles", ["RTCCore", "RTCWire"]),
        room("Media", "MediaTracks", ["RTCCore", "RTCWire", "MediaFiles"]),
        room("Media", "MediaCodecs", ["RTCCore", "RTCWire", "MediaFiles", "COpus", "CVPX"]),

        room("Signaling", "SignalingProtocol", ["RTCCore"]),
        room("Signaling", "SocketIO", ["SignalingProtocol"]),
        room("Signaling", "SignalingClients", ["RTCCore", "SignalingProtocol", "SocketIO"]),

        room("Server", "AccessCore", ["RTCCore", "SignalingProtocol"]),
        room("Server", "ServerTokens", ["AccessCore", "SignalingProtocol", .product(name: "JWTKit", package: "jwt-kit")]),
        room("Server", "RoomCore", ["RTCCore", "SignalingProtocol", "AccessCore"]),
        room("Server", "Operations", ["RTCCore", "SignalingProtocol"]),
        room("Server", "Store", ["AccessCore", "RTCCore", "RoomCore", "SignalingProtocol"]),
        room("Server", "StoreSQLite", ["Store", "SignalingProtocol", .product(name: "GRDB", package: "GRDB.swift")]),
        room("Server", "StoreMongo", ["Store", "SignalingProtocol", "CMongo"]),
        room("Server", "RelayCore", ["RTCCore", "RTCWire", "RTCCrypto", "RTCICE", "NetworkImpairment"]),
        room("Server", "SocketIOSessions", ["RTCCore", "RoomCore", "SignalingProtocol", "SocketIO"]),
        room(
            "Server", "ServerFronts",
            [
                "RTCCore", "RTCWire", "RTCCrypto", "NetworkImpairment", "AccessCore", "RoomCore", "SignalingProtocol",
                "SocketIO", "SocketIOSessions", "CStarlingOpenSSL", "Store", "Operations",
            ] + nio),

        room(
            "Server", "ServerSettings",
            [
                "AccessCore", "RTCCore", "RoomCore", "SignalingProtocol", "Operations", "Store", "ServerFronts",
                .product(name: "Yams", package: "Yams"),
            ]),

        room("Harness", "Measurement", ["RTCCore", "RTCICE", "RTCPeer", "MediaTracks", "NetworkImpairment"]),
        room(
            "Harness", "Scenario",
            [
                "RTCCore", "NetworkImpairment", "Measurement", "SignalingClients", "SignalingProtocol",
                .product(name: "Yams", package: "Yams"),
            ]),
        room(
            "Harness", "Bots",
            [
                "RTCCore", "RTCWire", "RTCCrypto", "RTCICE", "RTCPeer", "MediaTracks", "NetworkImpairment", "SignalingClients",
                "SignalingProtocol", "Measurement", "Scenario", "AccessCore",
            ]),
        room(
            "Harness", "Reports",
            ["RTCCore", "RTCICE", "RTCPeer", "NetworkImpairment", "Measurement", "SignalingProtocol"]),
        room(
            "Harness", "Runner",
            [
                "RTCCore", "RTCCrypto", "MediaFiles", "MediaTracks", "NetworkImpairment", "NetworkSimulation", "NetworkDriver",
                "ServerFronts", "Store", "RelayCore", "SignalingClients", "SignalingProtocol", "Bots", "Scenario",
                "Measurement", "Reports", "RTCICE",
                "RTCPeer", "AccessCore",
            ]),
        .executableTarget(
            name: "starling",
            dependencies: [
                "Runner", "Scenario", "Measurement", "Reports", "ServerFronts", "ServerSettings", "Store", "StoreSQLite",
                "StoreMongo", "MediaCodecs", "MediaFiles", "NetworkDriver", "NetworkImpairment", "RTCCore", "SignalingProtocol",
                "AccessCore", "ServerTokens",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], path: "Sources/starling", swiftSettings: settings),

        .executableTarget(
            name: "starling-peer",
            dependencies: [
                "RTCCore", "RTCWire", "RTCCrypto", "RTCICE", "RTCPeer", "NetworkImpairment", "NetworkDriver", "MediaFiles",
                "MediaTracks", "MediaCodecs", "SignalingProtocol",
            ], path: "Sources/Interop/StarlingPeer", swiftSettings: settings),

        .executableTarget(
            name: "starling-store-check", dependencies: ["Store", "StoreConformance", "StoreMongo"],
            path: "Sources/Interop/StoreCheck", swiftSettings: settings),

        .target(name: "CAllocationCounter", path: "Benchmarks/CAllocationCounter"),
        .target(name: "Figures", path: "Benchmarks/Figures", swiftSettings: settings),
        .executableTarget(
            name: "starling-bench",
            dependencies: [
                "CAllocationCounter", "Figures", "RTCCore", "RTCWire", "RTCCrypto", "RTCPeer", "NetworkImpairment",
                "NetworkDriver",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], path: "Benchmarks/PairBench", swiftSettings: settings),
        .executableTarget(
            name: "starling-room-bench",
            dependencies: [
                "Figures", "RTCCore", "NetworkImpairment", "NetworkDriver", "SignalingClients", "SignalingProtocol", "SocketIO",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], path: "Benchmarks/RoomBench", swiftSettings: settings),

        tests("RTCCore"),
        .target(name: "SampleDescriptions", path: "Tests/SampleDescriptions", swiftSettings: settings),
        tests("RTCWire", ["SampleDescriptions", "RTCCore"]),
        tests("RTCCrypto", ["RTCCore", "CStarlingOpenSSL"]),
        .target(name: "MutatedInput", dependencies: ["RTCCore"], path: "Tests/MutatedInput", swiftSettings: settings),
        tests("RTCICE", ["MutatedInput", "RTCCore", "RTCWire", "RTCCrypto"]),
        tests(
            "RelayCore",
            ["MutatedInput", "RTCCore", "RTCWire", "RTCCrypto", "RTCICE", "NetworkImpairment", "NetworkSimulation"]),
        tests("RTCPeer", ["MutatedInput", "SampleDescriptions", "RTCCore", "RTCWire", "RTCCrypto", "RTCICE"]),
        tests("NetworkImpairment", ["RTCCore"]),
        tests("NetworkSimulation", ["RTCCore", "NetworkImpairment"]),
        tests("NetworkDriver", ["RTCCore", "NetworkImpairment"] + nio),
        tests("MediaFiles", ["RTCCore", "RTCWire"]),
        tests("MediaTracks", ["RTCCore", "RTCWire", "MediaFiles", "CStarlingCRC"]),
        tests("MediaCodecs", ["RTCCore", "RTCWire", "MediaFiles", "MediaTracks"]),
        tests("SignalingProtocol", ["RTCCore"]),
        tests("SocketIO", ["RTCCore", "SignalingProtocol"]),
        tests("SignalingClients", ["MutatedInput", "RTCCore", "SignalingProtocol"]),
        tests("Operations", ["RTCCore", "SignalingProtocol"]),
        tests("Store", ["StoreConformance", "RTCCore", "RoomCore", "SignalingProtocol"]),
        .target(
            name: "StoreConformance", dependencies: ["AccessCore", "Store", "RTCCore", "RoomCore", "SignalingProtocol"],
            path: "Tests/StoreConformance",
            swiftSettings: settings),
        tests("StoreSQLite", ["Store", "StoreConformance", "SignalingProtocol", "RTCCore"]),
        .target(
            name: "HandmadeTokens", dependencies: ["AccessCore", "RTCCore", "SignalingProtocol"], path: "Tests/HandmadeTokens",
            swiftSettings: settings),
        tests("AccessCore", ["HandmadeTokens", "MutatedInput", "RTCCore", "SignalingProtocol"]),
        tests("ServerTokens", ["AccessCore", "RTCCore", "SignalingProtocol"]),
        tests("RoomCore", ["RTCCore", "SignalingProtocol", "AccessCore"]),
        tests("SocketIOSessions", ["RTCCore", "SignalingProtocol", "SocketIO"]),
        tests(
            "ServerFronts",
            [
                "AccessCore", "HandmadeTokens", "CStarlingOpenSSL", "Operations", "RTCCore", "RTCWire", "RTCICE",
                "NetworkImpairment", "NetworkDriver", "NetworkSimulation", "SignalingProtocol", "SignalingClients", "RoomCore",
                "SocketIO", "SocketIOSessions", "Store", "StoreConformance",
            ] + nio),
        tests("ServerSettings", ["AccessCore", "Operations", "RoomCore", "ServerFronts", "Store"]),
        .testTarget(name: "AssertionTests", dependencies: ["Measurement", "RTCCore"], swiftSettings: settings),
        tests(
            "Scenario",
            [
                "RTCCore", "NetworkImpairment", "Measurement", "SignalingClients", "SignalingProtocol",
                .product(name: "Yams", package: "Yams"),
            ]),
        .target(
            name: "HandmadeRecords",
            dependencies: [
                "RTCCore", "RTCCrypto", "RTCICE", "RTCPeer", "MediaFiles", "MediaTracks", "NetworkImpairment", "Measurement",
            ], path: "Tests/HandmadeRecords", swiftSettings: settings),
        tests("Measurement", ["HandmadeRecords", "RTCCore", "RTCICE", "RTCPeer", "MediaTracks", "NetworkImpairment"]),
        tests("Reports", ["HandmadeRecords", "Measurement", "RTCCore", "RTCPeer", "MediaTracks", "NetworkImpairment"]),
        tests(
            "Bots",
            [
                "HandmadeRecords", "Measurement", "MediaTracks", "NetworkImpairment", "RTCCore", "RTCCrypto", "RTCPeer",
                "RTCWire", "Scenario", "SignalingProtocol",
            ]),
        tests(
            "Runner",
            [
                "HandmadeTokens", "Store", "StoreSQLite", "SignalingProtocol",
                "Scenario", "Measurement", "Reports", "RTCCore", "RTCICE", "RTCPeer", "MediaFiles", "MediaTracks",
                "NetworkImpairment",
            ]),
        .testTarget(name: "CommandTests", swiftSettings: settings),
    ],
    swiftLanguageModes: [.v6]
)

let fuzzers: [(name: String, dependencies: [Target.Dependency])] = [
    ("stun", ["RTCCore", "RTCWire", "RTCCrypto"]), ("rtp", ["RTCCore", "RTCWire"]), ("rtcp", ["RTCCore", "RTCWire"]),
    ("sdp", ["RTCCore", "RTCWire"]), ("candidate", ["RTCCore", "RTCICE"]), ("payload", ["RTCCore", "RTCWire", "MediaFiles"]),
    ("srtp", ["RTCCore", "RTCWire", "RTCCrypto"]), ("dtls", ["RTCCore", "RTCCrypto"]),
    ("ice", ["RTCCore", "RTCWire", "RTCCrypto", "RTCICE"]), ("repair", ["RTCCore", "RTCWire", "RTCPeer"]),
    ("peer", ["RTCCore", "RTCWire", "RTCCrypto", "RTCICE", "RTCPeer"]),
    ("json", ["SignalingProtocol"]), ("signaling", ["SignalingProtocol"]),
    ("client", ["FuzzSignaling", "RTCCore", "SignalingClients", "SignalingProtocol"]),
    ("rooms", ["RTCCore", "RoomCore", "SignalingProtocol"]),
    ("front", ["RTCCore", "NetworkImpairment", "RoomCore", "ServerFronts", "SignalingProtocol"]),
    ("files", ["MediaFiles"]), ("trace", ["NetworkImpairment"]),
    ("scenario", ["RTCCore", "NetworkImpairment", "Measurement", "Scenario"]),
    ("turn", ["RTCCore", "RTCWire", "RTCCrypto", "RTCICE"]),
    ("relay", ["RTCCore", "RTCWire", "RTCCrypto", "RTCICE", "RelayCore", "NetworkImpairment"]),
    ("stream", ["RTCCore", "RTCWire", "RTCCrypto", "RTCICE"]),
    ("janus", ["FuzzSignaling", "RTCCore", "SignalingClients", "SignalingProtocol"]),
    ("engineio", ["SignalingProtocol", "SocketIO", "SocketIOSessions"]),
    ("socketio", ["RTCCore", "SignalingProtocol", "SocketIO", "SocketIOSessions"]),
    (
        "peerjs",
        ["RTCCore", "NetworkImpairment", "RoomCore", "ServerFronts", "SignalingProtocol", "SocketIOSessions"]
    ),
    ("codecs", ["RTCCore", "RTCWire", "MediaFiles", "MediaTracks"]), ("mdns", ["RTCCore", "RTCWire", "RTCICE"]),
    ("websocket", ["NetworkDriver"]),
    ("mapping", ["FuzzSignaling", "RTCCore", "Scenario", "SignalingClients", "SignalingProtocol", "SocketIO"]),
    ("peerclient", ["FuzzSignaling", "RTCCore", "SignalingClients", "SignalingProtocol"]),
    ("exec", ["FuzzSignaling", "NetworkDriver", "RTCCore", "SignalingClients", "SignalingProtocol"]),
    ("settings", ["Operations", "RTCCore", "RoomCore", "ServerFronts", "ServerSettings"]),
    (
        "api",
        [
            "AccessCore", "HandmadeTokens", "RTCCore", "NetworkImpairment", "RoomCore", "ServerFronts", "SignalingProtocol",
            "SocketIOSessions",
        ]
    ),
    ("store", ["Operations", "RTCCore", "RoomCore", "ServerFronts", "SignalingProtocol", "Store"]),
    ("token", ["AccessCore", "HandmadeTokens", "RTCCore", "ServerTokens", "SignalingProtocol"]),
]

// `FUZZ=stun,sdp swift build` builds these fuzzers with what they need, `FUZZ=all` every one, and an ordinary build none: they need flags
// that `scripts/fuzz` has. `FUZZ=check` only compiles them, so that nothing changes below them unnoticed.
let fuzzed = Context.environment["FUZZ"]?.split(separator: ",").map(String.init) ?? []
if !fuzzed.isEmpty {
    package.targets += [
        .target(name: "FuzzSupport", dependencies: ["RTCCore"], path: "Fuzz/Support", swiftSettings: settings),
        .target(
            name: "FuzzSignaling", dependencies: ["FuzzSupport", "RTCCore", "SignalingClients", "SignalingProtocol"],
            path: "Fuzz/Signaling", swiftSettings: settings),
    ]
    for fuzzer in fuzzers {
        let name = "fuzz-\(fuzzer.name)"
        let dependencies = ["FuzzSupport"] + fuzzer.dependencies
        let path = "Fuzz/Targets/\(fuzzer.name)"
        // Without libFuzzer there is no `main` to link.
        package.targets.append(
            fuzzed == ["check"]
                ? .target(name: name, dependencies: dependencies, path: path, swiftSettings: settings)
                : .executableTarget(name: name, dependencies: dependencies, path: path, swiftSettings: settings))
    }
}

// `ROOMS=RTCICE,RTCPeer swift test` builds these rooms' tests with what they need, and leaves the rest unbuilt.
let rooms = Context.environment["ROOMS"]?.split(separator: ",").map { "\($0)Tests" }
let wanted = rooms ?? (fuzzed == ["all"] || fuzzed == ["check"] ? fuzzers.map(\.name) : fuzzed).map { "fuzz-\($0)" }
if !wanted.isEmpty {
    var kept: Set<String> = []
    var open = wanted
    while let name = open.popLast() {
        guard let target = package.targets.first(where: { $0.name == name }), kept.insert(name).inserted else { continue }
        for dependency in target.dependencies {
            switch dependency {
            case .targetItem(let name, _), .byNameItem(let name, _): open.append(name)
            default: break
            }
        }
    }
    package.targets.removeAll { !kept.contains($0.name) }
}
