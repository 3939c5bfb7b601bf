import Store
import StoreConformance
import StoreMongo

#if canImport(Glibc)
    import Glibc
#endif

/// Runs the conformance suite of stores over a MongoDB server, which `interop/store` starts.
///
///     starling-store-check mongodb://127.0.0.1:27017
@main
struct StoreCheck {
    static func main() {
        guard CommandLine.arguments.count == 2, let url = CommandLine.arguments.last else {
            print("usage: starling-store-check mongodb://HOST:PORT")
            exit(2)
        }
        var failed = 0
        for (index, item) in StoreConformance.cases.enumerated() {
            do {
                let store = try MongoStore(url: "\(url)/starling_check_\(index)")
                defer { store.close() }
                try store.drop()
                try store.prepare()
                try item.check(store)
                try store.drop()
                print("✓ \(item.description)")
            } catch {
                failed += 1
                print("✗ \(item.description): \(error)")
            }
        }
        print("\(StoreConformance.cases.count - failed) passed, \(failed) failed")
        exit(failed == 0 ? 0 : 1)
    }
}
