#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Memory that ends at a page nobody may touch: who writes one byte too many dies on the spot instead of corrupting what
/// lies behind. Used where foreign code is given a buffer.
final class GuardedBuffer {
    private var base: UnsafeMutableRawPointer
    private var capacity: Int
    private static let page = Int(sysconf(Int32(_SC_PAGESIZE)))

    init() {
        capacity = Self.page
        base = Self.map(capacity)
    }

    deinit { munmap(base, capacity + Self.page) }

    private static func map(_ capacity: Int) -> UnsafeMutableRawPointer {
        let memory = mmap(nil, capacity + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        // In the library's own process, whose end is one clear error in ours.
        guard let memory, memory != MAP_FAILED else { fatalError("no memory for \(capacity) bytes") }
        mprotect(memory + capacity, page, PROT_NONE)
        return memory
    }

    /// `size` zeroed bytes that end at the guard.
    func zeroed(_ size: Int) -> UnsafeMutableRawPointer {
        if size > capacity {
            munmap(base, capacity + Self.page)
            capacity = (size + Self.page - 1) / Self.page * Self.page
            base = Self.map(capacity)
        }
        let start = base + (capacity - size)
        memset(start, 0, size)
        return start
    }
}
