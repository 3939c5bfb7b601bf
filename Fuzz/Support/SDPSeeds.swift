/// Descriptions to begin with, put together from the grammar.
public enum SDPSeeds {
    /// Words that descriptions consist of.
    public static let words = [
        "v=0", "o=- ", "s=-", "t=0 0", "m=audio ", "m=video ", "m=application ", "c=IN IP4 ", "c=IN IP6 ", "b=AS:", "b=TIAS:",
        "a=",
        "UDP/TLS/RTP/SAVPF", "UDP/DTLS/SCTP", "webrtc-datachannel", "a=group:BUNDLE ", "a=mid:", "a=ice-ufrag:", "a=ice-pwd:",
        "a=ice-options:", "trickle", "a=ice-lite", "a=fingerprint:", "sha-256 ", "a=setup:", "actpass", "active", "passive",
        "holdconn", "a=extmap:", "a=extmap-allow-mixed", "a=rtpmap:", "opus/48000/2", "VP8/90000", "rtx/90000", "a=fmtp:", "apt=",
        "a=rtcp-fb:", "nack", "nack pli", "ccm fir", "transport-cc", "goog-remb", "a=rtcp-mux", "a=rtcp-rsize", "a=rtcp:",
        "a=sendrecv", "a=sendonly", "a=recvonly", "a=inactive", "a=msid:", "a=ssrc:", "cname:", "a=ssrc-group:FID ", "a=rid:",
        "send",
        "recv", "a=simulcast:", "a=candidate:", "a=end-of-candidates", "a=sctp-port:", "a=max-message-size:", "a=bundle-only",
        "a=imageattr:", "a=rtcp-xr:", "rcvr-rtt=all", "pt=", "\r\n", "\n",
    ]

    public static let all = [offer, inherited, data, simulcast]

    private static let fingerprint =
        "00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF"

    private static let offer = """
        v=0
        o=- 1 1 IN IP4 0.0.0.0
        s=-
        t=0 0
        a=group:BUNDLE 0 1
        a=extmap-allow-mixed
        m=audio 9 UDP/TLS/RTP/SAVPF 111 0
        c=IN IP4 0.0.0.0
        a=rtcp:9 IN IP4 0.0.0.0
        a=ice-ufrag:abcd
        a=ice-pwd:abcdefghijklmnopqrstuv
        a=ice-options:trickle
        a=fingerprint:sha-256 \(fingerprint)
        a=setup:actpass
        a=mid:0
        a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level
        a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid
        a=sendrecv
        a=msid:s t
        a=rtcp-mux
        a=rtpmap:111 opus/48000/2
        a=rtcp-fb:111 transport-cc
        a=fmtp:111 minptime=10;useinbandfec=1
        a=ssrc:1001 cname:n
        a=candidate:1 1 udp 2130706431 10.0.0.1 5000 typ host
        a=end-of-candidates
        m=video 9 UDP/TLS/RTP/SAVPF 96 97
        c=IN IP4 0.0.0.0
        b=AS:500
        a=ice-ufrag:abcd
        a=ice-pwd:abcdefghijklmnopqrstuv
        a=fingerprint:sha-256 \(fingerprint)
        a=setup:actpass
        a=mid:1
        a=sendonly
        a=rtcp-mux
        a=rtcp-rsize
        a=rtpmap:96 VP8/90000
        a=rtcp-fb:96 nack
        a=rtcp-fb:96 nack pli
        a=rtpmap:97 rtx/90000
        a=fmtp:97 apt=96
        a=ssrc-group:FID 2001 2002
        a=ssrc:2001 cname:n
        a=ssrc:2002 cname:n
        """

    private static let inherited = """
        v=0
        o=name 8218378237518462345 0 IN IP6 ::1
        s=-
        c=IN IP6 ::
        t=1 2
        a=fingerprint:sha-256 \(fingerprint)
        a=ice-options:trickle ice2
        a=setup:active
        a=sendrecv
        a=msid-semantic:WMS *
        m=video 9 UDP/TLS/RTP/SAVPF 120
        a=mid:v
        a=rtpmap:120 VP8/90000
        a=fmtp:120 max-fs=12288;max-fr=60
        a=rtcp-fb:* nack
        a=recvonly
        """

    private static let data = """
        v=0
        o=- 1 2 IN IP4 127.0.0.1
        s=-
        t=0 0
        a=ice-lite
        m=application 9 UDP/DTLS/SCTP webrtc-datachannel
        c=IN IP4 0.0.0.0
        a=mid:d
        a=sctp-port:5000
        a=max-message-size:262144
        m=audio 0 UDP/TLS/RTP/SAVPF 0
        a=mid:z
        a=bundle-only
        """

    private static let simulcast = """
        v=0
        o=- 1 3 IN IP4 127.0.0.1
        s=-
        t=0 0
        m=video 9 UDP/TLS/RTP/SAVPF 96
        a=rtpmap:96 VP8/90000
        a=rid:q send pt=96;max-width=320;max-br=100000
        a=rid:h send
        a=simulcast:send q;~h,q recv h
        a=extmap:10/sendonly urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id extra
        a=rtcp-xr:rcvr-rtt=all
        """
}
