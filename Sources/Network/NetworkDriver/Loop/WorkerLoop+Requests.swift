internal import CStarlingSocket
internal import NetworkImpairment
internal import RTCCore

extension WorkerLoop {
    func perform(_ request: HostRequest, for host: Host, _ machine: any HostedMachine, at now: Instant) {
        switch request {
        case .openSocket(let token):
            switch openSocket(for: host) {
            case .success(let local): machine.receive(.socketOpened(token: token, local: local), now: now)
            case .failure(let failure): machine.receive(.socketFailed(token: token, reason: failure.reason), now: now)
            }
        case .openMulticastSocket(let token, let group):
            switch openMulticastSocket(group, for: host) {
            case .success(let local): machine.receive(.socketOpened(token: token, local: local), now: now)
            case .failure(let failure): machine.receive(.socketFailed(token: token, reason: failure.reason), now: now)
            }
        case .closeSocket(let local):
            if let place = host.sockets.firstIndex(where: { $0.local == local }) { retireSocket(place, of: host) }
        case .openStream(let token, let target):
            openStream(token, target, for: host, machine, at: now)
        case .closeStream(let token):
            closeStream(token, of: host)
        case .changeAddress:
            host.addressChanges += 1
            while !host.sockets.isEmpty { retireSocket(host.sockets.count - 1, of: host) }
            breakStreams(of: host, machine, "the address has changed", at: now)
        case .openSignaling(let url):
            host.line.open(url: url, now: now)
            performOrders(host, at: now)
        case .sendSignaling(let text):
            host.line.send(text, now: now)
            performOrders(host, at: now)
        case .closeSignaling(let code, let reason):
            host.line.close(code: code, reason: reason, now: now)
            performOrders(host, at: now)
        case .cutSignaling(let duration):
            host.line.cut(from: now, for: duration)
            performOrders(host, at: now)
        case .setNetwork(let profile):
            host.up.set(profile.up, at: now)
            host.down.set(profile.down, at: now)
        case .markECN(let ecn):
            host.ecn = ecn
        case .blackout(let duration, let scope):
            if scope.cutsMedia {
                host.up.blackout(from: now, for: duration)
                host.down.blackout(from: now, for: duration)
                holdStreams(of: host, until: now + duration)
            }
            guard scope.cutsSignaling else { return }
            host.line.blackout(from: now, for: duration)
            host.lineDeadline = host.line.deadline
            holdSignaling(of: host, until: now + duration)
        case .finished:
            host.isFinished = true
        }
    }

    private struct SocketFailure: Error {
        let reason: String
    }

    private func openSocket(for host: Host) -> Result<SocketAddress, SocketFailure> {
        var local = localAddress(of: host).forSystem
        var bound = starling_address()
        let descriptor = starling_udp_open(
            &local, Int32(clamping: configuration.receiveBuffer), Int32(clamping: configuration.sendBuffer), &bound)
        return watch(descriptor, bound, for: host)
    }

    private func openMulticastSocket(_ group: SocketAddress, for host: Host) -> Result<SocketAddress, SocketFailure> {
        var interface = localAddress(of: host).forSystem
        var group = group.forSystem
        var bound = starling_address()
        let descriptor = starling_udp_open_group(
            &interface, &group, Int32(clamping: configuration.receiveBuffer), Int32(clamping: configuration.sendBuffer), &bound)
        return watch(descriptor, bound, for: host)
    }

    /// Takes a new socket in; a negative descriptor is an error number.
    private func watch(
        _ descriptor: Int32, _ bound: starling_address, for host: Host
    ) -> Result<SocketAddress, SocketFailure> {
        guard descriptor >= 0 else { return .failure(socketFailure(-descriptor)) }
        let index = freeSockets.popLast() ?? sockets.count
        socketGeneration &+= 1
        let token = UInt64(socketGeneration) << 32 | UInt64(index)
        let added = starling_epoll_add(epoll, descriptor, token)
        guard added == 0 else {
            starling_close(descriptor)
            if index < sockets.count { freeSockets.append(index) }
            return .failure(socketFailure(-added))
        }
        let address = SocketAddress(bound)
        let slot = SocketSlot(
            descriptor: descriptor, host: host, local: address, generation: socketGeneration, drops: 0)
        if index == sockets.count { sockets.append(slot) } else { sockets[index] = slot }
        host.sockets.append(Host.OpenSocket(local: address, descriptor: descriptor, index: index))
        health.openSockets += 1
        return .success(address)
    }

    /// The loopback has addresses enough for a machine to change to; elsewhere a change is one of ports.
    func localAddress(of host: Host) -> SocketAddress {
        let configured = configuration.localAddress
        guard host.addressChanges > 0, configured.isLoopback, configured.family == .ipv4 else { return configured }
        return SocketAddress(ipv4: 0x7F00_0001 + (host.addressChanges % 0xFFFF) << 8, port: configured.port)
    }

    /// The machine is done with a socket; what still comes to it is to be named.
    private func retireSocket(_ place: Int, of host: Host) {
        let socket = host.sockets.remove(at: place)
        sockets[socket.index]?.isClosed = true
        host.closedSockets.append(socket)
        if host.closedSockets.count > Self.closedSocketLimit { release(host.closedSockets.removeFirst()) }
    }

    /// Closed sockets that a machine keeps at a time.
    private static let closedSocketLimit = 16

    private func socketFailure(_ error: Int32) -> SocketFailure {
        SocketFailure(reason: "cannot open a UDP socket on \(configuration.localAddress): \(errorText(error))")
    }

    private func release(_ socket: Host.OpenSocket) {
        countDrops(starling_udp_drops(socket.descriptor), socket.index)
        starling_epoll_remove(epoll, socket.descriptor)
        starling_close(socket.descriptor)
        sockets[socket.index] = nil
        freeSockets.append(socket.index)
        health.openSockets -= 1
    }

    /// Lets go of a finished machine's sockets and connection once its last datagram has left.
    func retireIfDone(_ host: Host, at now: Instant) {
        guard host.isFinished, !host.isRetired else { return }
        closeSignaling(of: host, code: 1001, reason: "", at: now)
        host.connection = nil
        guard host.up.isTransparent || host.up.deadline == nil else { return }
        retire(host)
        shared.finished(host.slot)
    }

    private func retire(_ host: Host) {
        host.isRetired = true
        for stream in host.streams { release(stream) }
        while let socket = host.sockets.popLast() ?? host.closedSockets.popLast() { release(socket) }
    }

    func closeEverything() {
        let now = clock.now
        for host in hosts {
            let machine = host.machine(at: now)
            for visit in host.waitingVisits { visit(machine, host.report()) }
            host.waitingVisits = []
            host.connection = nil
            for connection in host.webSockets { letGo(of: connection) }
            if !host.isRetired { retire(host) }
        }
        for program in programs.values { program.abandon() }
        starling_close(epoll)
        publish(at: now)
    }

    /// Lets other threads see how the worker fares.
    func publish(at now: Instant) {
        published = now
        health.datagramsSent = sent.sent
        health.sendCalls = sent.system_calls
        health.sendsBlocked = sent.would_block
        health.sendsWithoutBuffers = sent.no_buffers
        health.sendsFailed = sent.failed
        health.lastSendError = sent.last_error
        health.cpuTime = .nanoseconds(starling_thread_cpu())
        shared.publish(health)
    }
}
