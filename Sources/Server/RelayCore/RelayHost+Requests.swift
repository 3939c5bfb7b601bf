internal import RTCCore
internal import RTCCrypto
internal import RTCICE
internal import RTCWire

extension RelayHost {
    /// Takes one message or one ChannelData of a client.
    func take(_ bytes: UnsafeRawBufferPointer, from client: Way, _ now: Instant) {
        let allocation = allocations.first { $0.client == client }
        if bytes.count >= 4, bytes[0] & 0xC0 == 0x40 {
            let number = UInt16(bytes[0]) << 8 | UInt16(bytes[1])
            let size = Int(bytes[2]) << 8 | Int(bytes[3])
            guard let allocation, bytes.count >= 4 + size,
                let channel = allocation.channels.first(where: { $0.number == number && $0.until > now })
            else {
                statistics.malformed += 1
                return
            }
            return pass(UnsafeRawBufferPointer(rebasing: bytes[4..<(4 + size)]), from: allocation, to: channel.peer, now)
        }
        guard let message = try? STUNMessage(parsing: bytes.bytes) else {
            statistics.malformed += 1
            return
        }
        if message.messageClass == .indication {
            guard message.method == .send, let allocation, let peer = message.xorAddress(.xorPeerAddress),
                let range = message.dataRange
            else {
                statistics.malformed += 1
                return
            }
            return pass(UnsafeRawBufferPointer(rebasing: bytes[range]), from: allocation, to: peer, now)
        }
        guard message.messageClass == .request else {
            statistics.malformed += 1
            return
        }
        answer(message, from: client, allocation, now)
    }

    private func answer(_ request: borrowing STUNMessage, from client: Way, _ allocation: Allocation?, _ now: Instant) {
        let id = request.transactionID
        let method = request.method
        guard method != .binding else {
            return send(to: client) { slot in
                var writer = STUNWriter(slot, .success, .binding, id)
                writer.append(.xorMappedAddress, xor: client.remote)
                return writer.finish()
            }
        }
        guard request.unknownRequired.isEmpty else { return refuse(id, method, .unknownAttribute, client, now) }
        guard let (user, key) = authenticate(request, client, now) else { return }
        if let other = allocation?.user, other != user {
            return refuse(id, method, STUNErrorCode(rawValue: 441), client, now, key: key)
        }
        switch method {
        case .allocate:
            allocate(request, from: client, allocation, user, key, now)
        case .refresh:
            guard let allocation else { return refuse(id, method, .allocationMismatch, client, now, key: key) }
            refresh(allocation, to: request.lifetime ?? configuration.lifetime, now)
            succeed(id, method, client, key) { $0.append(.lifetime, request.lifetime == 0 ? 0 : allocation.lifetime) }
        case .createPermission:
            guard let allocation else { return refuse(id, method, .allocationMismatch, client, now, key: key) }
            guard let peer = request.xorAddress(.xorPeerAddress) else {
                return refuse(id, method, .badRequest, client, now, key: key)
            }
            guard allocation.permit(peer, limit: configuration.peers, at: now) else {
                return refuse(id, method, .insufficientCapacity, client, now, key: key)
            }
            succeed(id, method, client, key) { _ in }
        case .channelBind:
            guard let allocation else { return refuse(id, method, .allocationMismatch, client, now, key: key) }
            guard let peer = request.xorAddress(.xorPeerAddress), let number = request.channelNumber,
                (0x4000...0x4FFF).contains(number)
            else { return refuse(id, method, .badRequest, client, now, key: key) }
            if let code = allocation.bind(number, to: peer, limit: configuration.peers, at: now) {
                return refuse(id, method, code, client, now, key: key)
            }
            succeed(id, method, client, key) { _ in }
        default:
            refuse(id, method, .badRequest, client, now, key: key)
        }
    }

    private func allocate(
        _ request: borrowing STUNMessage, from client: Way, _ allocation: Allocation?, _ user: String, _ key: IntegrityKey,
        _ now: Instant
    ) {
        let id = request.transactionID
        if let allocation {
            // The same request again: its answer was lost (RFC 8656 §7.2).
            guard let relayed = allocation.relayed, allocation.request == id else {
                return refuse(id, .allocate, .allocationMismatch, client, now, key: key)
            }
            return succeed(id, .allocate, client, key) { writer in
                writer.append(.xorRelayedAddress, xor: relayed)
                writer.append(.xorMappedAddress, xor: client.remote)
                writer.append(.lifetime, allocation.lifetime)
            }
        }
        guard let transport = request.value(of: .requestedTransport), transport.byteCount == 4 else {
            return refuse(id, .allocate, .badRequest, client, now, key: key)
        }
        guard transport.unsafeLoad(fromByteOffset: 0, as: UInt8.self) == 17 else {
            return refuse(id, .allocate, .unsupportedTransport, client, now, key: key)
        }
        guard configuration.alternate == nil else { return refuse(id, .allocate, .tryAlternate, client, now, key: key) }
        guard allocations.count(where: { $0.user == user }) < configuration.quota else {
            return refuse(id, .allocate, .allocationQuotaReached, client, now, key: key)
        }
        let lifetime = min(max(request.lifetime ?? configuration.lifetime, configuration.lifetime), 3600)
        allocate(client, user: user, lifetime: lifetime, PendingAnswer(id: id, key: key), now)
    }

    private func refresh(_ allocation: Allocation, to lifetime: UInt32, _ now: Instant) {
        guard lifetime > 0 else {
            statistics.released += 1
            end(allocation)
            allocations.removeAll { $0 === allocation }
            return
        }
        allocation.lifetime = min(max(lifetime, configuration.lifetime), 3600)
        allocation.expiresAt = now + .seconds(Int64(allocation.lifetime))
    }

    /// RFC 8489 §9.2.4; `nil` where the request was refused.
    private func authenticate(_ request: borrowing STUNMessage, _ client: Way, _ now: Instant) -> (String, IntegrityKey)? {
        let id = request.transactionID
        let method = request.method
        guard request.hasIntegrity, let username = request.username, let realm = request.realm, let nonce = request.nonce else {
            refuse(id, method, .unauthenticated, client, now)
            return nil
        }
        let user = String(decoding: username.array, as: UTF8.self)
        guard let password = password(of: user, now), realm.array == Array(configuration.realm.utf8) else {
            refuse(id, method, .unauthenticated, client, now)
            return nil
        }
        let key = IntegrityKey(username: user, realm: Array(configuration.realm.utf8), password: password)
        guard key.authenticates(request) else {
            refuse(id, method, .unauthenticated, client, now)
            return nil
        }
        guard nonce.array == self.nonce(now) else {
            refuse(id, method, .staleNonce, client, now)
            return nil
        }
        return (user, key)
    }

    private func password(of user: String, _ now: Instant) -> String? {
        if let password = configuration.users[user] { return password }
        guard let secret = configuration.secret, let expiry = EphemeralCredential.expiry(of: user) else { return nil }
        if let wallClock = configuration.wallClock, wallClock.unixSeconds(at: now) >= expiry { return nil }
        return EphemeralCredential(secret: secret, username: user).password
    }

    private func nonce(_ now: Instant) -> [UInt8] {
        let number = now.nanoseconds / UInt64(max(1, configuration.nonceLifetime.inNanoseconds))
        return Array("nonce-\(number)".utf8)
    }

    private func succeed(
        _ id: STUNTransactionID, _ method: STUNMethod, _ client: Way, _ key: IntegrityKey, _ body: (inout STUNWriter) -> Void
    ) {
        send(to: client) { slot in
            var writer = STUNWriter(slot, .success, method, id)
            body(&writer)
            key.sign(&writer)
            return writer.finish()
        }
    }

    private func refuse(
        _ id: STUNTransactionID, _ method: STUNMethod, _ code: STUNErrorCode, _ client: Way, _ now: Instant,
        key: IntegrityKey? = nil
    ) {
        statistics.refused += 1
        send(to: client) { slot in
            var writer = STUNWriter(slot, .error, method, id)
            writer.append(code)
            if code == .unauthenticated || code == .staleNonce {
                writer.append(.realm, bytes: Array(configuration.realm.utf8))
                writer.append(.nonce, bytes: nonce(now))
            }
            if code == .tryAlternate, let alternate = configuration.alternate {
                writer.append(.alternateServer, plain: alternate)
            }
            key?.sign(&writer)
            return writer.finish()
        }
    }
}
