/// Names over the charts, one lane under the other where two would cover each other.
struct FaultLanes {
    var faults: [RunResult.FaultRow]
    /// Seconds.
    var duration: Double

    /// More lanes than these would be taller than the chart below them.
    static let most = 3

    /// The faults of each lane, and how many had no room.
    var lanes: (lanes: [[RunResult.FaultRow]], left: Int) {
        var lanes: [[RunResult.FaultRow]] = []
        var ends: [Double] = []
        var left = 0
        for fault in faults {
            // A letter is about a fiftieth of a narrow chart.
            let text = Double(fault.name.count + 2) * duration / 46
            let start = min(fault.start, max(0, duration - text))
            let end = max(fault.end, start + text)
            if let lane = ends.firstIndex(where: { $0 <= start }) {
                lanes[lane].append(fault)
                ends[lane] = end
            } else if lanes.count < Self.most {
                lanes.append([fault])
                ends.append(end)
            } else {
                left += 1
            }
        }
        return (lanes, left)
    }

    var markup: Markup {
        guard !faults.isEmpty else { return .empty }
        let (lanes, left) = lanes
        let rows = lanes.map { lane -> Markup in
            let names = lane.map { fault -> Markup in
                let start = min(1, max(0, fault.start / duration)) * 100
                let width = max(0, min(fault.end, duration) - fault.start) / duration * 100
                let style = "left:\(Figure.decimals(start, 2))%;width:\(Figure.decimals(width, 2))%"
                let isLate = start > 70 && fault.end <= fault.start
                let kind = fault.end > fault.start ? "span" : isLate ? "point late" : "point"
                return
                    "<span class=\"\(kind)\" style=\"\(style)\" title=\"\(Chart.describe(fault))\"><b>\(fault.name)</b></span>"
            }
            return "<div class=\"lane\">\(names)</div>"
        }
        let more: Markup = left == 0 ? .empty : "<p class=\"note\">\(left) more are in the table of faults.</p>"
        return "<div class=\"lanes\">\(rows)</div>\(more)"
    }
}
