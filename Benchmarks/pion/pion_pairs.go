package main

// The baseline of the benchmark: Pion doing the same work. It differs from the copy it was made from in one thing: it also prints
// allocations per received packet (Mallocs of the Go runtime over the media phase).
// N loopback pairs (offerer sends audio 50 pps x 80B + video 100 pps x 1100B; answerer receives).
import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"sort"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v3"
)

func cpu() float64 {
	var r syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &r)
	return float64(r.Utime.Sec) + float64(r.Utime.Usec)/1e6 + float64(r.Stime.Sec) + float64(r.Stime.Usec)/1e6
}
func rss() int {
	b, _ := os.ReadFile("/proc/self/statm")
	var a, c int
	fmt.Sscanf(string(b), "%d %d", &a, &c)
	return c * 4
}
func mallocs() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.Mallocs
}
func must(e error) {
	if e != nil {
		panic(e)
	}
}

var got, gotB, lost uint64

func newAPI(def bool) *webrtc.API {
	m := &webrtc.MediaEngine{}
	must(m.RegisterDefaultCodecs())
	i := &interceptor.Registry{}
	if def {
		must(webrtc.RegisterDefaultInterceptors(m, i))
	}
	se := webrtc.SettingEngine{}
	se.SetIncludeLoopbackCandidate(true)
	se.SetInterfaceFilter(func(s string) bool { return s == "lo" })
	se.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	return webrtc.NewAPI(webrtc.WithMediaEngine(m), webrtc.WithInterceptorRegistry(i), webrtc.WithSettingEngine(se))
}

func main() {
	n := flag.Int("n", 10, "pairs")
	d := flag.Int("d", 20, "seconds")
	vpps := flag.Int("vpps", 100, "")
	def := flag.Bool("int", true, "default interceptors")
	par := flag.Int("par", 8, "parallel setups")
	flag.Parse()
	c0, t0 := cpu(), time.Now()
	r0 := rss()
	var mu sync.Mutex
	var lat []float64
	type pr struct{ v, a *webrtc.TrackLocalStaticRTP }
	var prs []pr
	sem := make(chan struct{}, *par)
	var wg sync.WaitGroup
	fail := 0
	for i := 0; i < *n; i++ {
		wg.Add(1)
		sem <- struct{}{}
		go func() {
			defer wg.Done()
			defer func() { <-sem }()
			s := time.Now()
			A, err := newAPI(*def).NewPeerConnection(webrtc.Configuration{})
			must(err)
			B, err := newAPI(*def).NewPeerConnection(webrtc.Configuration{})
			must(err)
			v, _ := webrtc.NewTrackLocalStaticRTP(webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeVP8}, "v", "s")
			a, _ := webrtc.NewTrackLocalStaticRTP(webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus}, "a", "s")
			for _, t := range []*webrtc.TrackLocalStaticRTP{v, a} {
				snd, err := A.AddTrack(t)
				must(err)
				go func() {
					b := make([]byte, 1500)
					for {
						if _, _, e := snd.Read(b); e != nil {
							return
						}
					}
				}()
			}
			B.OnTrack(func(t *webrtc.TrackRemote, r *webrtc.RTPReceiver) {
				go func() {
					b := make([]byte, 1500)
					for {
						if _, _, e := r.Read(b); e != nil {
							return
						}
					}
				}()
				var last uint16
				first := true
				for {
					p, _, e := t.ReadRTP()
					if e != nil {
						return
					}
					if !first && p.SequenceNumber != last+1 {
						atomic.AddUint64(&lost, uint64(p.SequenceNumber-last-1))
					}
					first = false
					last = p.SequenceNumber
					atomic.AddUint64(&got, 1)
					atomic.AddUint64(&gotB, uint64(len(p.Payload)))
				}
			})
			ca, cb := make(chan bool, 1), make(chan bool, 1)
			A.OnConnectionStateChange(func(s webrtc.PeerConnectionState) {
				if s == webrtc.PeerConnectionStateConnected {
					ca <- true
				}
			})
			B.OnConnectionStateChange(func(s webrtc.PeerConnectionState) {
				if s == webrtc.PeerConnectionStateConnected {
					cb <- true
				}
			})
			o, err := A.CreateOffer(nil)
			must(err)
			ga := webrtc.GatheringCompletePromise(A)
			must(A.SetLocalDescription(o))
			<-ga
			must(B.SetRemoteDescription(*A.LocalDescription()))
			an, err := B.CreateAnswer(nil)
			must(err)
			gb := webrtc.GatheringCompletePromise(B)
			must(B.SetLocalDescription(an))
			<-gb
			must(A.SetRemoteDescription(*B.LocalDescription()))
			ok := true
			for _, c := range []chan bool{ca, cb} {
				select {
				case <-c:
				case <-time.After(20 * time.Second):
					ok = false
				}
			}
			mu.Lock()
			if ok {
				lat = append(lat, time.Since(s).Seconds()*1000)
				prs = append(prs, pr{v, a})
			} else {
				fail++
			}
			mu.Unlock()
		}()
	}
	wg.Wait()
	sort.Float64s(lat)
	sd := time.Since(t0).Seconds()
	sc := cpu() - c0
	fmt.Printf("setup: pairs=%d fail=%d wall=%.2fs cpu=%.2fs  cpu/pair=%.2fms  p50=%.0fms p95=%.0fms rss/pair=%.0fkB\n", len(prs), fail, sd, sc, sc/float64(*n)*1000, lat[len(lat)/2], lat[len(lat)*95/100], float64(rss()-r0)/float64(*n))
	// media
	m1 := mallocs()
	c1, t1 := cpu(), time.Now()
	stop := make(chan bool)
	var sent uint64
	for i := range prs {
		p := prs[i]
		go func(i int) {
			time.Sleep(time.Duration(i*7%20) * time.Millisecond)
			tk := time.NewTicker(20 * time.Millisecond)
			defer tk.Stop()
			var vs, as uint16
			var vt, at uint32
			vb, ab := make([]byte, 1100), make([]byte, 80)
			acc := 0
			for {
				select {
				case <-stop:
					return
				case <-tk.C:
				}
				as++
				at += 960
				p.a.WriteRTP(&rtp.Packet{Header: rtp.Header{Version: 2, SequenceNumber: as, Timestamp: at}, Payload: ab})
				atomic.AddUint64(&sent, 1)
				acc += *vpps
				for acc >= 50 {
					acc -= 50
					vs++
					vt += 900
					p.v.WriteRTP(&rtp.Packet{Header: rtp.Header{Version: 2, SequenceNumber: vs, Timestamp: vt}, Payload: vb})
					atomic.AddUint64(&sent, 1)
				}
			}
		}(i)
	}
	time.Sleep(time.Duration(*d) * time.Second)
	md := time.Since(t1).Seconds()
	mc := cpu() - c1
	close(stop)
	g := atomic.LoadUint64(&got)
	fmt.Printf("allocations: %.2f per packet\n", float64(mallocs()-m1)/float64(g))
	fmt.Printf("media: %.1fs cpu=%.2fs (%.0f%% of 1 core) sent=%d got=%d seqlost=%d  %.0f pps rx  %.1f Mbps rx  cpu/pkt(tx+rx)=%.2fus  cpu-per-pair=%.2f%% core  rss=%dMB rss/pair=%.0fkB\n",
		md, mc, mc/md*100, sent, g, lost, float64(g)/md, float64(gotB)*8/md/1e6, mc/float64(g)*1e6, mc/md*100/float64(*n), rss()/1024, float64(rss()-r0)/float64(*n))
}
