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
        .target(
            name: "CStarlingOpenSSL", path: "Sources/C/CStarlingOpenSSL",
            linkerSettings: [.linkedLibrary("ssl"), .linkedLibrary("crypto")]),
        room("RTC", "RTCCore"),
        room("RTC", "RTCCrypto", ["RTCCore", "CStarlingOpenSSL"]),
        room("Network", "NetworkImpairment", ["RTCCore"]),
        tests("RTCCore"),
        tests("RTCCrypto", ["RTCCore"]),
    ],
    swiftLanguageModes: [.v6]
)
