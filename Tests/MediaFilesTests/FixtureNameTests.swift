import MediaFiles
import Testing

@Suite("The names of fixtures")
struct FixtureNameTests {
    @Test("each has a name of its own, by which it is found again in any folder")
    func names() {
        #expect(Set(Fixture.all.map(\.fileName)).count == Fixture.all.count)
        for fixture in Fixture.all {
            #expect(Fixture(path: fixture.fileName) == fixture)
            #expect(Fixture(path: "/somewhere/else/\(fixture.fileName)") == fixture)
            #expect(Fixture(path: "x\(fixture.fileName)") == nil)
        }
        #expect(Fixture(path: "") == nil)
    }

    @Test(
        "three kinds of video come in three sizes of 16:9, one in a fourth, and all of a kind have as many frames"
    )
    func sizes() {
        let videos = Fixture.all.filter(\.kind.isVideo)
        #expect(videos.count == 10)
        #expect(Fixture.Size.allCases.map(\.width) == [160, 320, 640, 1280])
        for kind in Set(videos.map(\.kind)) {
            #expect(Set(videos.filter { $0.kind == kind }.map(\.frameCount)).count == 1)
            #expect(videos.filter { $0.kind == kind }.map(\.bitrate) == videos.filter { $0.kind == kind }.map(\.bitrate).sorted())
        }
    }

    @Test("a picture of each video begins with the flash, half a second into each second")
    func flash() {
        #expect(Fixture.all.filter(\.kind.isVideo).allSatisfy { $0.framesPerSecond.isMultiple(of: 2) })
    }

    @Test(
        "a fixture that is missing is refused with the command that makes it, another file is not",
        arguments: [
            ("none/here/screen-720p.ivf", "`starling fixtures --kind screen --size 720p --out none/here` makes it"),
            ("talking-head.ivf", "`starling fixtures --kind talking-head --size 360p --out .` makes it"),
            ("/no-such-music/music.ogg", "`starling fixtures --kind music --out /no-such-music` makes it"),
            ("none/screen-1080p.ivf", "check the path; `starling fixtures --list` says what can be made"),
        ])
    func missing(path: String, remedy: String) {
        let error = #expect(throws: MediaFileError.self) { try MediaFileBytes.read(path: path) }
        #expect(error?.remedy == remedy)
    }
}
