/// Descriptions typed out from RFC 9429 §7 and after the shapes of real browsers.
public enum SDPSamples {
    /// RFC 9429 §7.1, offer-A1.
    public static let jsepOffer = """
        v=0
        o=- 4962303333179871722 1 IN IP4 0.0.0.0
        s=-
        t=0 0
        a=ice-options:trickle ice2
        a=group:BUNDLE a1 v1
        a=group:LS a1 v1

        m=audio 10100 UDP/TLS/RTP/SAVPF 96 0 8 97 98
        c=IN IP4 203.0.113.100
        a=mid:a1
        a=sendrecv
        a=rtpmap:96 opus/48000/2
        a=rtpmap:0 PCMU/8000
        a=rtpmap:8 PCMA/8000
        a=rtpmap:97 telephone-event/8000
        a=rtpmap:98 telephone-event/48000
        a=fmtp:97 0-15
        a=fmtp:98 0-15
        a=maxptime:120
        a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid
        a=extmap:2 urn:ietf:params:rtp-hdrext:ssrc-audio-level
        a=msid:47017fee-b6c1-4162-929c-a25110252400
        a=ice-ufrag:ETEn
        a=ice-pwd:OtSK0WpNtpUjkY4+86js7ZQl
        a=fingerprint:sha-256 \(fingerprint)
        a=setup:actpass
        a=tls-id:91bbf309c0990a6bec11e38ba2933cee
        a=rtcp:10101 IN IP4 203.0.113.100
        a=rtcp-mux
        a=rtcp-rsize
        a=candidate:1 1 udp 2113929471 203.0.113.100 10100 typ host
        a=candidate:1 2 udp 2113929470 203.0.113.100 10101 typ host
        a=end-of-candidates

        m=video 10102 UDP/TLS/RTP/SAVPF 100 101 102 103
        c=IN IP4 203.0.113.100
        a=mid:v1
        a=sendrecv
        a=rtpmap:100 VP8/90000
        a=rtpmap:101 H264/90000
        a=fmtp:101 packetization-mode=1;profile-level-id=42e01f
        a=rtpmap:102 rtx/90000
        a=fmtp:102 apt=100
        a=rtpmap:103 rtx/90000
        a=fmtp:103 apt=101
        a=imageattr:100 recv [x=[48:1920],y=[48:1080],q=1.0]
        a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid
        a=extmap:3 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id
        a=rtcp-fb:100 ccm fir
        a=rtcp-fb:100 nack
        a=rtcp-fb:100 nack pli
        a=msid:47017fee-b6c1-4162-929c-a25110252400
        a=ice-ufrag:BGKk
        a=ice-pwd:mqyWsAjvtKwTGnvhPztQ9mIf
        a=fingerprint:sha-256 \(fingerprint)
        a=setup:actpass
        a=tls-id:91bbf309c0990a6bec11e38ba2933cee
        a=rtcp:10103 IN IP4 203.0.113.100
        a=rtcp-mux
        a=rtcp-rsize
        a=candidate:1 1 udp 2113929471 203.0.113.100 10102 typ host
        a=candidate:1 2 udp 2113929470 203.0.113.100 10103 typ host
        a=end-of-candidates
        """

    public static let fingerprint =
        "19:E2:1C:3B:4B:9F:81:E6:B8:5C:F4:A5:A8:D8:73:04:BB:05:2F:70:9F:04:A9:0E:05:E9:26:33:E8:70:88:A2"

    /// Attributes per section, simulcast by rids alone, two-byte extensions allowed, RTCP XR.
    public static let chromeOffer = """
        v=0
        o=- 4611731400430051336 2 IN IP4 127.0.0.1
        s=-
        t=0 0
        a=group:BUNDLE 0 1 2
        a=extmap-allow-mixed
        a=msid-semantic: WMS 9d2c
        m=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126
        c=IN IP4 0.0.0.0
        a=rtcp:9 IN IP4 0.0.0.0
        a=ice-ufrag:4ZcD
        a=ice-pwd:2/1muCWoOi3uLifh0NuRHlZv
        a=ice-options:trickle
        a=fingerprint:sha-256 \(fingerprint)
        a=setup:actpass
        a=mid:0
        a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level
        a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time
        a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01
        a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid
        a=sendrecv
        a=msid:9d2c 0f4b
        a=rtcp-mux
        a=rtcp-rsize
        a=rtcp-xr:rcvr-rtt=all
        a=rtpmap:111 opus/48000/2
        a=rtcp-fb:111 transport-cc
        a=fmtp:111 minptime=10;useinbandfec=1
        a=rtpmap:63 red/48000/2
        a=fmtp:63 111/111
        a=rtpmap:9 G722/8000
        a=rtpmap:0 PCMU/8000
        a=rtpmap:8 PCMA/8000
        a=rtpmap:13 CN/8000
        a=rtpmap:110 telephone-event/48000
        a=rtpmap:126 telephone-event/8000
        a=ssrc:1001 cname:8eSl0mxgwAvoXxQH
        a=ssrc:1001 msid:9d2c 0f4b
        m=video 9 UDP/TLS/RTP/SAVPF 96 97 45 46
        c=IN IP4 0.0.0.0
        a=rtcp:9 IN IP4 0.0.0.0
        a=ice-ufrag:4ZcD
        a=ice-pwd:2/1muCWoOi3uLifh0NuRHlZv
        a=ice-options:trickle
        a=fingerprint:sha-256 \(fingerprint)
        a=setup:actpass
        a=mid:1
        a=extmap:14 urn:ietf:params:rtp-hdrext:toffset
        a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time
        a=extmap:13 urn:3gpp:video-orientation
        a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01
        a=extmap:5 http://www.webrtc.org/experiments/rtp-hdrext/playout-delay
        a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid
        a=extmap:10 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id
        a=extmap:11 urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id
        a=extmap:17 https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension
        a=sendonly
        a=msid:9d2c 77aa
        a=rtcp-mux
        a=rtcp-rsize
        a=rtpmap:96 VP8/90000
        a=rtcp-fb:96 goog-remb
        a=rtcp-fb:96 transport-cc
        a=rtcp-fb:96 ccm fir
        a=rtcp-fb:96 nack
        a=rtcp-fb:96 nack pli
        a=rtpmap:97 rtx/90000
        a=fmtp:97 apt=96
        a=rtpmap:45 AV1/90000
        a=fmtp:45 level-idx=5;profile=0;tier=0
        a=rtpmap:46 rtx/90000
        a=fmtp:46 apt=45
        a=rid:q send
        a=rid:h send
        a=rid:f send
        a=simulcast:send q;~h;f
        m=application 9 UDP/DTLS/SCTP webrtc-datachannel
        c=IN IP4 0.0.0.0
        a=ice-ufrag:4ZcD
        a=ice-pwd:2/1muCWoOi3uLifh0NuRHlZv
        a=ice-options:trickle
        a=fingerprint:sha-256 \(fingerprint)
        a=setup:actpass
        a=mid:2
        a=sctp-port:5000
        a=max-message-size:262144
        """

    /// Session-level DTLS and ICE options, sorted attributes, `fmtp` before `rtpmap`, directions of extensions, SSRC groups.
    public static let firefoxOffer = """
        v=0
        o=mozilla...THIS_IS_SDPARTA-99.0 8218378237518462345 0 IN IP4 0.0.0.0
        s=-
        t=0 0
        a=fingerprint:sha-256 \(fingerprint)
        a=group:BUNDLE 0 1
        a=ice-options:trickle
        a=msid-semantic:WMS *
        m=audio 9 UDP/TLS/RTP/SAVPF 109 9 0 8 101
        c=IN IP4 0.0.0.0
        a=sendrecv
        a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level
        a=extmap:2/recvonly urn:ietf:params:rtp-hdrext:csrc-audio-level
        a=extmap:3 urn:ietf:params:rtp-hdrext:sdes:mid
        a=fmtp:109 maxplaybackrate=48000;stereo=1;useinbandfec=1
        a=fmtp:101 0-15
        a=ice-pwd:b7d0f5ea8b0a51f63b0dd1f2a1c0de42
        a=ice-ufrag:7c1fe6b2
        a=mid:0
        a=msid:{6c} {a1}
        a=rtcp-fb:109 transport-cc
        a=rtcp-mux
        a=rtpmap:109 opus/48000/2
        a=rtpmap:9 G722/8000/1
        a=rtpmap:0 PCMU/8000
        a=rtpmap:8 PCMA/8000
        a=rtpmap:101 telephone-event/8000/1
        a=setup:actpass
        a=ssrc:2001 cname:{c1}
        m=video 9 UDP/TLS/RTP/SAVPF 120 124
        c=IN IP4 0.0.0.0
        a=sendonly
        a=extmap:3 urn:ietf:params:rtp-hdrext:sdes:mid
        a=extmap:4 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time
        a=extmap:7/sendonly urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id
        a=fmtp:120 max-fs=12288;max-fr=60
        a=fmtp:124 apt=120
        a=ice-pwd:b7d0f5ea8b0a51f63b0dd1f2a1c0de42
        a=ice-ufrag:7c1fe6b2
        a=mid:1
        a=msid:{6c} {v1}
        a=rid:hi send max-width=1280;max-height=720
        a=rid:lo send pt=120,124;max-br=300000
        a=rtcp-fb:120 nack
        a=rtcp-fb:120 nack pli
        a=rtcp-fb:120 ccm fir
        a=rtcp-fb:* goog-remb
        a=rtcp-mux
        a=rtcp-rsize
        a=rtpmap:120 VP8/90000
        a=rtpmap:124 rtx/90000
        a=setup:actpass
        a=simulcast:send hi;lo
        a=ssrc:3001 cname:{c1}
        a=ssrc:3002 cname:{c1}
        a=ssrc-group:FID 3001 3002
        a=candidate:0 1 UDP 2122252543 3f0c6b9e.local 51472 typ host
        a=candidate:0 2 UDP 2122252542 3f0c6b9e.local 33790 typ host
        """

    public static let all = [jsepOffer, chromeOffer, firefoxOffer]
}
