// One PeerConnection of Pion, driven by JSON lines: plays an Ogg Opus and an IVF file, and writes what it receives.
//
//	pion-peer AUDIO.ogg VIDEO.ivf FOLDER [tcp]
//
// With `tcp` it has no UDP, and listens for connections (RFC 6544, passive).
//
// Pion has no decoder, so whole frames go into FOLDER, as IVF files or H.264 byte streams, for somebody else to decode.
package main

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/rtp/codecs"
	"github.com/pion/webrtc/v3"
	"github.com/pion/webrtc/v3/pkg/media"
	"github.com/pion/webrtc/v3/pkg/media/samplebuilder"
)

type object = map[string]interface{}

var outputLock sync.Mutex

func write(message object) {
	line, err := json.Marshal(message)
	if err != nil {
		return
	}
	outputLock.Lock()
	defer outputLock.Unlock()
	os.Stdout.Write(append(line, '\n'))
}

// One frame of a file, with the time until the next.
type frame struct {
	data     []byte
	duration time.Duration
	isKey    bool
}

func readIVF(path string) ([]frame, error) {
	bytes, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if len(bytes) < 32 || string(bytes[:4]) != "DKIF" {
		return nil, errors.New(path + ": not an IVF file")
	}
	rate := binary.LittleEndian.Uint32(bytes[16:])
	scale := binary.LittleEndian.Uint32(bytes[20:])
	var frames []frame
	for at := int(binary.LittleEndian.Uint16(bytes[6:])); at+12 <= len(bytes); {
		size := int(binary.LittleEndian.Uint32(bytes[at:]))
		if at+12+size > len(bytes) || size == 0 {
			break
		}
		data := bytes[at+12 : at+12+size]
		frames = append(frames, frame{data, time.Second * time.Duration(scale) / time.Duration(rate), data[0]&1 == 0})
		at += 12 + size
	}
	return frames, nil
}

// Every packet of an Ogg file behind its two headers; all of 20 ms.
func readOgg(path string) ([]frame, error) {
	bytes, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var frames []frame
	var packet []byte
	number := 0
	for at := 0; at+27 <= len(bytes); {
		if string(bytes[at:at+4]) != "OggS" {
			return nil, errors.New(path + ": not an Ogg file")
		}
		count := int(bytes[at+26])
		table := bytes[at+27 : at+27+count]
		at += 27 + count
		for _, size := range table {
			packet = append(packet, bytes[at:at+int(size)]...)
			at += int(size)
			if size == 255 {
				continue
			}
			if number >= 2 {
				frames = append(frames, frame{packet, 20 * time.Millisecond, true})
			}
			number++
			packet = nil
		}
	}
	return frames, nil
}

// What is sent on one track.
type sending struct {
	kind        string
	sender      *webrtc.RTPSender
	transceiver *webrtc.RTPTransceiver
	track       *webrtc.TrackLocalStaticSample
	stop        chan struct{}
	frames      uint64
	nacks       uint64
	plis        uint64
	lost        uint64
	wantsKey    uint32
}

// Plays a file for ever, from a key frame on; asked for a picture, it goes on with the next key frame.
func (s *sending) play(frames []frame) {
	next := time.Now()
	index := 0
	for {
		select {
		case <-s.stop:
			return
		case <-time.After(time.Until(next)):
		}
		if atomic.SwapUint32(&s.wantsKey, 0) == 1 {
			for step := 0; step < len(frames) && !frames[index].isKey; step++ {
				index = (index + 1) % len(frames)
			}
		}
		current := frames[index]
		if s.track.WriteSample(media.Sample{Data: current.data, Duration: current.duration}) == nil {
			atomic.AddUint64(&s.frames, 1)
		}
		next = next.Add(current.duration)
		index = (index + 1) % len(frames)
	}
}

func (s *sending) listen() {
	for {
		packets, _, err := s.sender.ReadRTCP()
		if err != nil {
			return
		}
		for _, packet := range packets {
			switch packet := packet.(type) {
			case *rtcp.PictureLossIndication, *rtcp.FullIntraRequest:
				atomic.AddUint64(&s.plis, 1)
				atomic.StoreUint32(&s.wantsKey, 1)
			case *rtcp.TransportLayerNack:
				atomic.AddUint64(&s.nacks, 1)
			case *rtcp.ReceiverReport:
				for _, report := range packet.Reports {
					atomic.StoreUint64(&s.lost, uint64(report.TotalLost))
				}
			}
		}
	}
}

// The layers of a simulcast, smallest first, and what stands in front of .ivf in the names of their files.
var layers = []struct{ rid, suffix string }{{"q", "-90p"}, {"h", "-180p"}, {"f", ""}}

// Plays a file for ever as one layer. This version leaves it to the application to write mid and rid into each packet.
func (s *sending) playLayer(track *webrtc.TrackLocalStaticRTP, frames []frame) {
	packetizer := rtp.NewPacketizer(1200, 96, 0, &codecs.VP8Payloader{EnablePictureID: true}, rtp.NewRandomSequencer(), 90000)
	next := time.Now()
	for index := 0; ; index = (index + 1) % len(frames) {
		select {
		case <-s.stop:
			return
		case <-time.After(time.Until(next)):
		}
		if atomic.SwapUint32(&s.wantsKey, 0) == 1 {
			for step := 0; step < len(frames) && !frames[index].isKey; step++ {
				index = (index + 1) % len(frames)
			}
		}
		current := frames[index]
		ids := map[string]int{}
		for _, one := range s.sender.GetParameters().HeaderExtensions {
			ids[one.URI] = one.ID
		}
		samples := uint32(current.duration.Seconds()*90000 + 0.5)
		for _, packet := range packetizer.Packetize(current.data, samples) {
			if ids[midURI] != 0 && ids[ridURI] != 0 {
				packet.Header.SetExtension(uint8(ids[midURI]), []byte(s.transceiver.Mid()))
				packet.Header.SetExtension(uint8(ids[ridURI]), []byte(track.RID()))
			}
			track.WriteRTP(packet)
		}
		atomic.AddUint64(&s.frames, 1)
		next = next.Add(current.duration)
	}
}

func (s *sending) listenToLayer(rid string) {
	for {
		packets, _, err := s.sender.ReadSimulcastRTCP(rid)
		if err != nil {
			return
		}
		for _, packet := range packets {
			switch packet.(type) {
			case *rtcp.PictureLossIndication, *rtcp.FullIntraRequest:
				atomic.AddUint64(&s.plis, 1)
				atomic.StoreUint32(&s.wantsKey, 1)
			case *rtcp.TransportLayerNack:
				atomic.AddUint64(&s.nacks, 1)
			}
		}
	}
}

const (
	midURI         = "urn:ietf:params:rtp-hdrext:sdes:mid"
	ridURI         = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"
	repairedRidURI = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"
)

// Puts the OBUs of AV1 together that came in elements, each with its size in front of it as a file has them
// (https://aomediacodec.github.io/av1-rtp-spec/ section 4; AV1 section 5.3.2). The packets of a frame come in order.
type av1Depacketizer struct {
	open []byte
}

func leb128(value int) []byte {
	bytes := []byte{}
	for value >= 0x80 {
		bytes = append(bytes, byte(value)|0x80)
		value >>= 7
	}
	return append(bytes, byte(value))
}

func (d *av1Depacketizer) Unmarshal(payload []byte) ([]byte, error) {
	if len(payload) < 2 {
		return nil, errors.New("no AV1 packet")
	}
	goesOn, staysOpen, count := payload[0]&0x80 != 0, payload[0]&0x40 != 0, int(payload[0]>>4&3)
	rest, whole := payload[1:], []byte{}
	for number := 1; len(rest) > 0; number++ {
		size := len(rest)
		if count == 0 || number < count {
			value, shift, read := 0, uint(0), 0
			for {
				if read == len(rest) || shift > 28 {
					return nil, errors.New("an element without its size")
				}
				next := rest[read]
				value |= int(next&0x7f) << shift
				shift, read = shift+7, read+1
				if next&0x80 == 0 {
					break
				}
			}
			rest = rest[read:]
			if value > len(rest) {
				return nil, errors.New("an element that is longer than its packet")
			}
			size = value
		}
		element := rest[:size]
		rest = rest[size:]
		if number == 1 && goesOn {
			d.open = append(d.open, element...)
		} else {
			d.open = append([]byte{}, element...)
		}
		if len(rest) == 0 && staysOpen || len(d.open) == 0 {
			continue
		}
		header := 1
		if d.open[0]&4 != 0 {
			header = 2
		}
		if d.open[0]&2 == 0 && len(d.open) >= header {
			whole = append(whole, d.open[0]|2)
			whole = append(whole, d.open[1:header]...)
			whole = append(whole, leb128(len(d.open)-header)...)
			whole = append(whole, d.open[header:]...)
		} else {
			whole = append(whole, d.open...)
		}
	}
	return whole, nil
}

func (d *av1Depacketizer) IsPartitionHead(payload []byte) bool {
	return len(payload) > 0 && payload[0]&0x80 == 0
}

func (d *av1Depacketizer) IsPartitionTail(marker bool, _ []byte) bool {
	return marker
}

// How packets of a codec become frames, and the four letters of it in an IVF file; H.264 is written as a byte stream.
func depacketizer(mime string) (rtp.Depacketizer, string) {
	switch strings.ToLower(mime) {
	case strings.ToLower(webrtc.MimeTypeVP9):
		return &codecs.VP9Packet{}, "VP90"
	case strings.ToLower(webrtc.MimeTypeH264):
		return &codecs.H264Packet{}, ""
	case strings.ToLower(webrtc.MimeTypeAV1):
		return &av1Depacketizer{}, "AV01"
	default:
		return &codecs.VP8Packet{}, "VP80"
	}
}

// What is received on one track, or as one layer of it.
type receiving struct {
	lock    sync.Mutex
	kind    string
	codec   string
	letters string
	mid     string
	rid     string
	ssrc    uint32
	packets uint64
	frames  uint64
	dropped uint64
	path    string
	file    *os.File
}

func (r *receiving) read(peer *webrtc.PeerConnection, track *webrtc.TrackRemote, folder string, number int) {
	var builder *samplebuilder.SampleBuilder
	if r.kind == "video" {
		frames, letters := depacketizer(track.Codec().MimeType)
		builder = samplebuilder.New(400, frames, 90000, samplebuilder.WithMaxTimeDelay(500*time.Millisecond))
		r.letters = letters
		ending := "ivf"
		if letters == "" {
			ending = "h264"
		}
		r.path = filepath.Join(folder, fmt.Sprintf("video-%d.%s", number, ending))
		file, err := os.Create(r.path)
		if err != nil {
			write(object{"event": "failed", "reason": err.Error()})
			return
		}
		r.file = file
		if letters != "" {
			header := make([]byte, 32)
			copy(header, "DKIF\x00\x00\x20\x00"+letters)
			binary.LittleEndian.PutUint32(header[16:], 90000)
			binary.LittleEndian.PutUint32(header[20:], 1)
			file.Write(header)
		}
		// As an application does that wants a picture.
		peer.WriteRTCP([]rtcp.Packet{&rtcp.PictureLossIndication{MediaSSRC: r.ssrc}})
	}
	for {
		packet, _, err := track.ReadRTP()
		if err != nil {
			write(object{"event": "ended", "kind": r.kind, "mid": r.mid, "reason": err.Error()})
			return
		}
		r.take(peer, packet, builder)
	}
}

func (r *receiving) take(peer *webrtc.PeerConnection, packet *rtp.Packet, builder *samplebuilder.SampleBuilder) {
	r.lock.Lock()
	defer r.lock.Unlock()
	r.packets++
	if builder == nil {
		r.frames++
		return
	}
	builder.Push(packet)
	for {
		sample := builder.Pop()
		if sample == nil {
			return
		}
		r.frames++
		if sample.PrevDroppedPackets > 0 && r.frames > 1 {
			r.dropped += uint64(sample.PrevDroppedPackets)
			peer.WriteRTCP([]rtcp.Packet{&rtcp.PictureLossIndication{MediaSSRC: r.ssrc}})
		}
		if r.letters != "" {
			header := make([]byte, 12)
			binary.LittleEndian.PutUint32(header, uint32(len(sample.Data)))
			binary.LittleEndian.PutUint64(header[4:], r.frames)
			r.file.Write(header)
		}
		r.file.Write(sample.Data)
	}
}

type peerProgram struct {
	peer     *webrtc.PeerConnection
	audio    []frame
	video    []frame
	path     string
	folder   string
	overTCP  bool
	sent     []*sending
	lock     sync.Mutex
	received []*receiving
}

func newAPI(overTCP bool) (*webrtc.API, error) {
	engine := &webrtc.MediaEngine{}
	video := []webrtc.RTCPFeedback{{Type: "nack"}, {Type: "nack", Parameter: "pli"}, {Type: "ccm", Parameter: "fir"}}
	// Without RTX: this version negotiates it but gives nobody what comes over it.
	registrations := []struct {
		codec webrtc.RTPCodecParameters
		kind  webrtc.RTPCodecType
	}{
		{webrtc.RTPCodecParameters{RTPCodecCapability: webrtc.RTPCodecCapability{
			MimeType: webrtc.MimeTypeOpus, ClockRate: 48000, Channels: 2, SDPFmtpLine: "minptime=10;useinbandfec=1"},
			PayloadType: 111}, webrtc.RTPCodecTypeAudio},
		{webrtc.RTPCodecParameters{RTPCodecCapability: webrtc.RTPCodecCapability{
			MimeType: webrtc.MimeTypeVP8, ClockRate: 90000, RTCPFeedback: video},
			PayloadType: 96}, webrtc.RTPCodecTypeVideo},
		{webrtc.RTPCodecParameters{RTPCodecCapability: webrtc.RTPCodecCapability{
			MimeType: webrtc.MimeTypeVP9, ClockRate: 90000, SDPFmtpLine: "profile-id=0", RTCPFeedback: video},
			PayloadType: 98}, webrtc.RTPCodecTypeVideo},
		{webrtc.RTPCodecParameters{RTPCodecCapability: webrtc.RTPCodecCapability{
			MimeType: webrtc.MimeTypeH264, ClockRate: 90000, RTCPFeedback: video,
			SDPFmtpLine: "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f"},
			PayloadType: 102}, webrtc.RTPCodecTypeVideo},
		{webrtc.RTPCodecParameters{RTPCodecCapability: webrtc.RTPCodecCapability{
			MimeType: webrtc.MimeTypeAV1, ClockRate: 90000, RTCPFeedback: video},
			PayloadType: 45}, webrtc.RTPCodecTypeVideo},
	}
	for _, one := range registrations {
		if err := engine.RegisterCodec(one.codec, one.kind); err != nil {
			return nil, err
		}
	}
	for _, uri := range []string{midURI, ridURI, repairedRidURI} {
		if err := engine.RegisterHeaderExtension(webrtc.RTPHeaderExtensionCapability{URI: uri}, webrtc.RTPCodecTypeVideo); err != nil {
			return nil, err
		}
	}
	interceptors := &interceptor.Registry{}
	if err := webrtc.RegisterDefaultInterceptors(engine, interceptors); err != nil {
		return nil, err
	}
	settings := webrtc.SettingEngine{}
	settings.SetIncludeLoopbackCandidate(true)
	settings.SetInterfaceFilter(func(name string) bool { return name == "lo" })
	settings.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	if overTCP {
		listener, err := net.ListenTCP("tcp4", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
		if err != nil {
			return nil, err
		}
		settings.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeTCP4})
		settings.SetICETCPMux(webrtc.NewICETCPMux(nil, listener, 64))
	}
	return webrtc.NewAPI(
		webrtc.WithMediaEngine(engine), webrtc.WithInterceptorRegistry(interceptors), webrtc.WithSettingEngine(settings)), nil
}

func (p *peerProgram) open() error {
	api, err := newAPI(p.overTCP)
	if err != nil {
		return err
	}
	p.peer, err = api.NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		return err
	}
	p.peer.OnICECandidate(func(candidate *webrtc.ICECandidate) {
		if candidate != nil {
			write(object{"event": "candidate", "candidate": candidate.ToJSON().Candidate})
		}
	})
	p.peer.OnConnectionStateChange(func(state webrtc.PeerConnectionState) {
		write(object{"event": "state", "state": state.String()})
	})
	p.peer.OnICEConnectionStateChange(func(state webrtc.ICEConnectionState) {
		write(object{"event": "ice", "state": state.String()})
	})
	p.peer.SCTP().Transport().OnStateChange(func(state webrtc.DTLSTransportState) {
		write(object{"event": "dtls", "state": state.String()})
	})
	p.peer.OnTrack(func(track *webrtc.TrackRemote, receiver *webrtc.RTPReceiver) {
		one := &receiving{
			kind: track.Kind().String(), codec: track.Codec().MimeType, rid: track.RID(), ssrc: uint32(track.SSRC())}
		for _, transceiver := range p.peer.GetTransceivers() {
			if transceiver.Receiver() == receiver {
				one.mid = transceiver.Mid()
			}
		}
		p.lock.Lock()
		number := len(p.received)
		p.received = append(p.received, one)
		p.lock.Unlock()
		write(object{"event": "track", "kind": one.kind, "mid": one.mid})
		go func() {
			buffer := make([]byte, 1500)
			for {
				size, _, err := 0, interceptor.Attributes(nil), error(nil)
				if one.rid == "" {
					size, _, err = receiver.Read(buffer)
				} else {
					size, _, err = receiver.ReadSimulcast(buffer, one.rid)
				}
				if err != nil {
					return
				}
				packets, err := rtcp.Unmarshal(buffer[:size])
				if err != nil {
					continue
				}
				for _, packet := range packets {
					if _, is := packet.(*rtcp.Goodbye); is {
						write(object{"event": "goodbye", "kind": one.kind, "mid": one.mid})
					}
				}
			}
		}()
		go one.read(p.peer, track, p.folder, number)
	})
	return nil
}

type command struct {
	ID        json.Number `json:"id"`
	Do        string      `json:"do"`
	Kind      string      `json:"kind"`
	Track     int         `json:"track"`
	Stop      bool        `json:"stop"`
	Simulcast bool        `json:"simulcast"`
	Restart   bool        `json:"restart"`
	Type      string      `json:"type"`
	SDP       string      `json:"sdp"`
	Candidate string      `json:"candidate"`
	Mid       *string     `json:"mid"`
}

func (p *peerProgram) obey(c command) (object, error) {
	switch c.Do {
	case "add":
		if c.Simulcast {
			return p.addLayers()
		}
		return p.add(c.Kind)
	case "remove":
		if c.Track < 0 || c.Track >= len(p.sent) {
			return nil, errors.New("no such track")
		}
		one := p.sent[c.Track]
		close(one.stop)
		if c.Stop {
			return object{}, one.transceiver.Stop()
		}
		return object{}, p.peer.RemoveTrack(one.sender)
	case "offer":
		offer, err := p.peer.CreateOffer(&webrtc.OfferOptions{ICERestart: c.Restart})
		if err != nil {
			return nil, err
		}
		if err = p.peer.SetLocalDescription(offer); err != nil {
			return nil, err
		}
		return object{"type": "offer", "sdp": p.peer.LocalDescription().SDP}, nil
	case "remote":
		if err := p.peer.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.NewSDPType(c.Type), SDP: c.SDP}); err != nil {
			return nil, err
		}
		if c.Type != "offer" {
			return object{}, nil
		}
		answer, err := p.peer.CreateAnswer(nil)
		if err != nil {
			return nil, err
		}
		if err = p.peer.SetLocalDescription(answer); err != nil {
			return nil, err
		}
		return object{"type": "answer", "sdp": p.peer.LocalDescription().SDP}, nil
	case "candidate":
		if c.Candidate == "" {
			return object{}, nil
		}
		return object{}, p.peer.AddICECandidate(webrtc.ICECandidateInit{Candidate: c.Candidate, SDPMid: c.Mid})
	case "rollback":
		return object{}, p.peer.SetLocalDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeRollback})
	case "statistics":
		return p.statistics(), nil
	case "close":
		return object{}, p.peer.Close()
	}
	return nil, errors.New("no such command: " + c.Do)
}

func (p *peerProgram) add(kind string) (object, error) {
	mime, frames := webrtc.MimeTypeVP8, p.video
	if kind == "audio" {
		mime, frames = webrtc.MimeTypeOpus, p.audio
	}
	number := len(p.sent)
	track, err := webrtc.NewTrackLocalStaticSample(
		webrtc.RTPCodecCapability{MimeType: mime}, fmt.Sprintf("%s-%d", kind, number), "pion")
	if err != nil {
		return nil, err
	}
	sender, err := p.peer.AddTrack(track)
	if err != nil {
		return nil, err
	}
	one := &sending{kind: kind, sender: sender, track: track, stop: make(chan struct{})}
	for _, transceiver := range p.peer.GetTransceivers() {
		if transceiver.Sender() == sender {
			one.transceiver = transceiver
		}
	}
	p.sent = append(p.sent, one)
	go one.listen()
	go one.play(frames)
	return object{"track": number}, nil
}

// Sends three files side by side as the layers of one track.
func (p *peerProgram) addLayers() (object, error) {
	number := len(p.sent)
	one := &sending{kind: "video", stop: make(chan struct{})}
	for index, layer := range layers {
		frames, err := readIVF(strings.TrimSuffix(p.path, ".ivf") + layer.suffix + ".ivf")
		if err != nil {
			return nil, err
		}
		track, err := webrtc.NewTrackLocalStaticRTP(
			webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeVP8}, fmt.Sprintf("video-%d", number), "pion",
			webrtc.WithRTPStreamID(layer.rid))
		if err != nil {
			return nil, err
		}
		if index == 0 {
			one.transceiver, err = p.peer.AddTransceiverFromTrack(
				track, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly})
			if err == nil {
				one.sender = one.transceiver.Sender()
			}
		} else {
			err = one.sender.AddEncoding(track)
		}
		if err != nil {
			return nil, err
		}
		go one.playLayer(track, frames)
		go one.listenToLayer(layer.rid)
	}
	p.sent = append(p.sent, one)
	return object{"track": number}, nil
}

func (p *peerProgram) statistics() object {
	p.lock.Lock()
	defer p.lock.Unlock()
	inbound := []object{}
	for _, one := range p.received {
		one.lock.Lock()
		inbound = append(inbound, object{
			"kind": one.kind, "codec": one.codec, "mid": one.mid, "rid": one.rid, "ssrc": one.ssrc, "packets": one.packets,
			"frames":  one.frames,
			"dropped": one.dropped, "path": one.path,
		})
		one.lock.Unlock()
	}
	outbound := []object{}
	for _, one := range p.sent {
		outbound = append(outbound, object{
			"kind": one.kind, "frames": atomic.LoadUint64(&one.frames), "nacks": atomic.LoadUint64(&one.nacks),
			"plis": atomic.LoadUint64(&one.plis), "lost": atomic.LoadUint64(&one.lost),
		})
	}
	return object{"inbound": inbound, "outbound": outbound, "state": p.peer.ConnectionState().String()}
}

func main() {
	overTCP := len(os.Args) == 5 && os.Args[4] == "tcp"
	if len(os.Args) != 4 && !overTCP {
		fmt.Fprintln(os.Stderr, "usage: pion-peer AUDIO.ogg VIDEO.ivf FOLDER [tcp]")
		os.Exit(2)
	}
	program := &peerProgram{path: os.Args[2], folder: os.Args[3], overTCP: overTCP}
	var err error
	if program.audio, err = readOgg(os.Args[1]); err == nil {
		program.video, err = readIVF(os.Args[2])
	}
	if err == nil {
		err = program.open()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "pion-peer:", err)
		os.Exit(2)
	}
	// Nobody is left to drive it after this long.
	time.AfterFunc(10*time.Minute, func() { os.Exit(3) })
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(make([]byte, 1<<20), 1<<20)
	for lines.Scan() {
		var c command
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			write(object{"event": "failed", "reason": err.Error()})
			continue
		}
		if c.Do == "quit" {
			break
		}
		answer, err := program.obey(c)
		if err != nil {
			write(object{"id": c.ID, "error": err.Error()})
			continue
		}
		answer["id"] = c.ID
		answer["ok"] = true
		write(answer)
	}
}
