public import RTCCore
internal import RTCWire

extension IceAgent {
    /// Writes what waits straight into the batch.
    public mutating func nextDatagrams(into batch: inout DatagramBatch) -> Drain {
        if !relays.isEmpty, case .full = writeRelays(into: &batch) { return .full }
        while let item = outbox.first {
            guard !batch.isFull else { return .full }
            var route = route(of: item.path)
            batch.append(along: &route) { slot in
                switch item {
                case .request(let request): write(request, into: slot)
                case .response(let response): write(response, into: slot)
                case .query(let query): STUNWriter(slot, .request, .binding, query.id).finish()
                }
            }
            outbox.removeFirst()
            noteSent(route)
        }
        return .drained
    }

    private func generation(_ id: UInt32) -> Generation? {
        if id == generation.id { return generation }
        return previous?.id == id ? previous : nil
    }

    private func write(_ request: Outbox.Request, into slot: UnsafeMutableRawBufferPointer) -> Int {
        guard let generation = generation(request.generation), let key = generation.remoteKey else { return 0 }
        var writer = STUNWriter(slot, .request, .binding, request.id)
        writer.append(.username, bytes: generation.username)
        writer.append(.priority, request.priority)
        writer.append(request.role == .controlling ? .iceControlling : .iceControlled, request.tieBreaker)
        if request.usesCandidate { writer.append(.useCandidate) }
        key.sign(&writer)
        return writer.finish()
    }

    private func write(_ response: Outbox.Response, into slot: UnsafeMutableRawBufferPointer) -> Int {
        var writer = STUNWriter(slot, response.error == nil ? .success : .error, .binding, response.id)
        if let error = response.error {
            writer.append(error)
            if !response.unknown.isEmpty { writer.append(response.unknown) }
        } else {
            writer.append(.xorMappedAddress, xor: response.path.remote)
        }
        if let id = response.generation {
            guard let generation = generation(id) else { return 0 }
            generation.localKey.sign(&writer)
        }
        return writer.finish()
    }

    mutating func send(_ item: Outbox.Item) {
        if !outbox.append(item) { counters.outboxOverflows += 1 }
    }
}
