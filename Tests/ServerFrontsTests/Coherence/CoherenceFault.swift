/// How a server would go wrong: each is caught by the invariant that it names, which proves that the check of it can fail.
enum CoherenceFault: String, CaseIterable {
    case forgetsToTellOfANewcomer = "I1"
    case dropsAnEvent = "I2"
    case tellsAnOldRevision = "I3"
    case tellsOfALeaveTwice = "I4"
    case keepsAGhost = "I5"
    case swapsSenders = "I6"
    case dropsAMessageOfTheChat = "I7"
    case forwardsAfterAKick = "I8"
    case forgetsWhoResumes = "I9"
    case repliesTwice = "I10"
    case takesOneTooMany = "I11"
    case tellsTheLobby = "I12"
    case keepsASession = "I13"
}
