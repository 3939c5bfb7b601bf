/// What holds for a section: what it says itself, else what the session says.
extension SessionDescription {
    public func iceUfrag(for section: MediaDescription) -> String? {
        section.iceUfrag ?? iceUfrag
    }

    public func icePassword(for section: MediaDescription) -> String? {
        section.icePassword ?? icePassword
    }

    /// Those of the session and those of the section.
    public func iceOptions(for section: MediaDescription) -> [String] {
        iceOptions + section.iceOptions.filter { !iceOptions.contains($0) }
    }

    /// RFC 8842 §5.1: any of them may match the certificate.
    public func fingerprints(for section: MediaDescription) -> [SDPFingerprint] {
        section.fingerprints.isEmpty ? fingerprints : section.fingerprints
    }

    public func setup(for section: MediaDescription) -> SDPSetup? {
        section.setup ?? setup
    }

    public func connection(for section: MediaDescription) -> SDPAddress? {
        section.connection ?? connection
    }

    /// Those of the session and those of the section (RFC 8285 §8).
    public func extensions(for section: MediaDescription) -> [SDPExtmap] {
        extensions + section.extensions
    }

    public func extmapAllowMixed(for section: MediaDescription) -> Bool {
        extmapAllowMixed || section.extmapAllowMixed
    }

    /// The section with a mid.
    public func media(withMid mid: String) -> MediaDescription? {
        media.first { $0.mid == mid }
    }
}
