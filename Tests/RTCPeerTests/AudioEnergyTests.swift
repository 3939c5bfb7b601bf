import RTCPeer
import Testing

@Suite("How loud sound is, RFC 6464")
struct AudioEnergyTests {
    @Test("what comes in is as loud as its packets say")
    func received() throws {
        let call = try Call()
        try call.connect()
        call.play(.audio, from: 0, for: .seconds(1))
        try call.run(for: .seconds(1))
        let heard = call.right.peer.receivedAudioEnergy(on: 0)
        #expect(heard.packets > 40)
        #expect(abs(heard.level(since: AudioEnergy()) - 0.0316) < 0.0001)
        #expect(heard.level(since: heard) == 0)
    }

    @Test("the level is that of the mean energy, silence included, since the earlier moment")
    func mean() {
        var energy = AudioEnergy()
        energy.add(level: 0)
        #expect(energy.level(since: AudioEnergy()) == 1)
        let earlier = energy
        for level in [UInt8(20), 127, 127, 127] { energy.add(level: level) }
        #expect(abs(energy.level(since: earlier) - 0.05) < 0.000_001)
    }
}
