/// Distinct elements in order, found by halving.
struct SortedArray<Element: Comparable> {
    private(set) var elements: [Element] = []

    var isEmpty: Bool { elements.isEmpty }

    /// The position of the first element that is not before `element`.
    func position(of element: Element) -> Int {
        var low = 0
        var high = elements.count
        while low < high {
            let middle = (low + high) / 2
            if elements[middle] < element { low = middle + 1 } else { high = middle }
        }
        return low
    }

    func contains(_ element: Element) -> Bool {
        let position = position(of: element)
        return position < elements.count && elements[position] == element
    }

    /// False if it was there already.
    @discardableResult
    mutating func insert(_ element: Element) -> Bool {
        let position = position(of: element)
        if position < elements.count, elements[position] == element { return false }
        elements.insert(element, at: position)
        return true
    }

    /// False if it was not there.
    @discardableResult
    mutating func remove(_ element: Element) -> Bool {
        let position = position(of: element)
        guard position < elements.count, elements[position] == element else { return false }
        elements.remove(at: position)
        return true
    }

    /// The elements after `element`, all of them without one; at most `limit`.
    func after(_ element: Element?, limit: Int) -> ArraySlice<Element> {
        var start = 0
        if let element {
            start = position(of: element)
            if start < elements.count, elements[start] == element { start += 1 }
        }
        return elements[start...].prefix(limit)
    }
}
