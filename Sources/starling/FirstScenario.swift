import Scenario

/// What `starling init` writes for a server: a scenario to begin with, and a mapping to fill in where the dialect is not known.
struct FirstScenario {
    let url: String
    let dialect: Scenario.Target.SignalingProtocol

    static let scenarioPath = "calls/first-call.yaml"
    static let mappingPath = "calls/mappings/service.yaml"

    var scenario: String {
        let mapping = dialect.isMapped ? ", mapping: \(Self.mappingPath)" : ""
        let room = dialect == .janus ? "1234" : "first-call-{run}"
        return """
            # Two people call each other through \(url).
            # `starling check \(Self.scenarioPath)` says whether this file is right, `starling run \(Self.scenarioPath)` makes the call.
            # What can stand here: docs/scenario.md.
            scenario: Two callers see and hear each other
            seed: 1
            tags: [ci]
            target: { protocol: \(dialect.rawValue), url: "${STARLING_TARGET:-\(url)}"\(mapping) }
            duration: 15s
            groups:
              - name: callers
                count: 2
                arrive: { over: 2s }
                room: "\(room)"
                publish: { audio: fixtures/speech.ogg, video: fixtures/talking-head.ivf }   # starling fixtures makes them
            assert:
              - joined == 100%
              - seen == 100%
              - first_frame p95 < 3s
              - video.latency p95 < 300ms
              - video.in.freeze.ratio p95 < 5%

            """
    }

    /// `nil` where the dialect is known.
    var mapping: String? {
        switch dialect {
        case .socketio: Self.socketIOMapping
        case .websocket: Self.webSocketMapping
        case .starling, .janus, .peerjs: nil
        }
    }

    private static let socketIOMapping = #"""
        # What the room service calls what. Replace the events' names and the places of their values by those of your service; take out what it
        # does not have. A message is an array, the event's name first, as Socket.IO writes it: 1.sdp is 'sdp' of the first argument.
        # Every key: docs/adapters.md.
        mapping: My room service
        protocol: socketio
        offers: newcomer                            # or resident: whoever is there offers to whoever comes
        id: socket                                  # or own: bots choose their ids
        say:
          join: [join-room, { room: "${room}", name: "${name}" }]
          leave: [leave-room]
          offer: [offer, { to: "${to}", sdp: "${description}" }]
          answer: [answer, { to: "${to}", sdp: "${description}" }]
          candidate: [ice-candidate, { to: "${to}", candidate: "${candidate}" }]
        hear:
          joined: { event: room-joined, people: 1.users, person_id: id, person_name: name }
          arrived: { event: user-connected, id: 1.id, name: 1.name }
          left: { event: user-disconnected, id: 1.id }
          offer: { event: offer, from: 1.from, sdp: 1.sdp }
          answer: { event: answer, from: 1.from, sdp: 1.sdp }
          candidate: { event: ice-candidate, from: 1.from, candidate: 1.candidate }

        """#

    private static let webSocketMapping = #"""
        # What the room service calls what. Replace the types and the places of their values by those of your service; take out what it does not
        # have. A message is one JSON object in a text frame. Every key: docs/adapters.md.
        mapping: My room service
        protocol: websocket
        event: type                                 # where a message's name stands
        offers: newcomer                            # or resident: whoever is there offers to whoever comes
        id: { event: welcome, id: id }              # or own: bots choose their ids
        say:
          join: { type: join, room: "${room}", name: "${name}" }
          leave: { type: leave }
          offer: { type: offer, to: "${to}", sdp: "${sdp}" }
          answer: { type: answer, to: "${to}", sdp: "${sdp}" }
          candidate: { type: candidate, to: "${to}", candidate: "${candidate}" }
        hear:
          joined: { event: joined, people: peers, person_id: id, person_name: name }
          arrived: { event: peer-joined, id: id, name: name }
          left: { event: peer-left, id: id }
          offer: { event: offer, from: from, sdp: sdp }
          answer: { event: answer, from: from, sdp: sdp }
          candidate: { event: candidate, from: from, candidate: candidate }

        """#
}
