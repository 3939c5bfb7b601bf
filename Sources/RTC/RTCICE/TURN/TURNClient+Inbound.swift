public import RTCCore
internal import RTCWire

extension TURNClient {
    /// Takes one message or one ChannelData from the server, without padding behind it or with.
    public mutating func receive(_ bytes: UnsafeRawBufferPointer, now: Instant) -> Inbound {
        guard bytes.count >= 4 else { return .malformed }
        if bytes[0] & 0xC0 == 0x40 { return channelData(bytes) }
        do throws(STUNMessage.ParsingError) {
            let message = try STUNMessage(parsing: bytes.bytes)
            switch message.messageClass {
            case .indication:
                guard message.method == .data, let peer = message.xorAddress(.xorPeerAddress), let range = message.dataRange,
                    state == .allocated
                else { return .malformed }
                return .data(from: peer, range)
            case .success, .error:
                return conclude(message, now) ? .control : .malformed
            case .request:
                return .malformed
            }
        } catch {
            return .malformed
        }
    }

    /// RFC 8656 §12.4.
    private mutating func channelData(_ bytes: UnsafeRawBufferPointer) -> Inbound {
        let number = UInt16(bytes[0]) << 8 | UInt16(bytes[1])
        let size = Int(bytes[2]) << 8 | Int(bytes[3])
        guard bytes.count >= 4 + size else { return .malformed }
        if latest >= channels.count || channels[latest].number != number {
            guard let index = channels.firstIndex(where: { $0.number == number }) else { return .malformed }
            latest = index
        }
        return .data(from: channels[latest].peer, 4..<(4 + size))
    }

    private mutating func conclude(_ response: borrowing STUNMessage, _ now: Instant) -> Bool {
        let id = response.transactionID
        guard let index = transactions.firstIndex(where: { $0.id == id }) else { return false }
        let transaction = transactions[index]
        // An error need not be signed: a server that does not know us cannot.
        if transaction.isAuthenticated, response.messageClass == .success {
            guard let key, key.authenticates(response) else { return false }
        }
        answeredAt = now
        isSilent = false
        transactions.remove(at: index)
        if response.messageClass == .success {
            staleNonces = 0
            succeed(transaction.purpose, response, now)
        } else if let code = response.errorCode {
            refuse(transaction, code, response, now)
        } else {
            return false
        }
        return true
    }

    private mutating func succeed(_ purpose: TURNTransaction.Purpose, _ response: borrowing STUNMessage, _ now: Instant) {
        switch purpose {
        case .allocate:
            guard let relayed = response.xorAddress(.xorRelayedAddress), relayed.port != 0 else {
                return fail(nil, "the server's answer names no relayed address")
            }
            self.relayed = relayed
            mapped = response.xorMappedAddress
            state = .allocated
            planRefresh(response.lifetime, now)
        case .refresh:
            planRefresh(response.lifetime, now)
        case .permission(let index):
            permissions[index].isGranted = true
            permissions[index].refreshAt = now + timing.permissionRefresh
        case .channel(let index):
            channels[index].stands = true
            channels[index].refreshAt = now + timing.channelRefresh
        case .release:
            break
        }
    }

    /// At half of what is left (RFC 8656 §7), though never in a hurry: a server could say a second.
    private mutating func planRefresh(_ lifetime: UInt32?, _ now: Instant) {
        refreshAt = now + .seconds(max(5, min(Int64(lifetime ?? 600), 3600) / 2))
    }

    private mutating func refuse(
        _ transaction: TURNTransaction, _ code: STUNErrorCode, _ response: borrowing STUNMessage, _ now: Instant
    ) {
        let reason = response.errorReason ?? String(describing: code.reason)
        switch code {
        case .unauthenticated where !transaction.isAuthenticated, .staleNonce:
            guard let nonce = response.nonce, staleNonces < timing.repetitions else { return fail(code.rawValue, reason) }
            staleNonces += 1
            self.nonce = nonce.array
            if let realm = response.realm, key == nil || realm.array != self.realm {
                self.realm = realm.array
                key = IntegrityKey(username: server.username, realm: self.realm, password: server.credential)
            }
            guard key != nil else { return fail(code.rawValue, "the server names no realm") }
            return begin(transaction.purpose, now)
        case .tryAlternate:
            alternate = response.alternateServer
        default:
            break
        }
        switch transaction.purpose {
        case .permission(let index) where code != .allocationMismatch && code != .unauthenticated:
            permissions[index].isGranted = false
            permissions[index].isRefused = true
        case .channel(let index) where code != .allocationMismatch && code != .unauthenticated:
            channels[index].stands = false
        case .release:
            break
        default:
            fail(code.rawValue, reason)
        }
    }

    /// Nobody answered a request.
    mutating func unanswered(_ transaction: TURNTransaction, _ now: Instant) {
        switch transaction.purpose {
        case .permission(let index):
            // The next question about the allocation decides; until then checks would be in vain.
            permissions[index].refreshAt = now + timing.patience
        case .channel(let index):
            channels[index].refreshAt = now + timing.patience
        case .allocate:
            fail(nil, "no answer")
        case .refresh:
            isSilent = true
            begin(.refresh, now)
        case .release:
            break
        }
    }
}
