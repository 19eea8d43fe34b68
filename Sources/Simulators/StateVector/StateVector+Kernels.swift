import Circuits

/// Bits of `index` spread apart so that zeros stand at `places`.
@inline(__always)
private func spread(_ index: Int, _ places: UnsafeBufferPointer<Int>) -> Int {
    var result = index
    for place in places { result = (result >> place) << (place + 1) | result & ((1 << place) - 1) }
    return result
}

extension StateVector {
    /// Carries out a kernel.
    func apply(_ kernel: StateVectorKernel) {
        kernel.coefficientsRe.withUnsafeBufferPointer { cr in
            kernel.coefficientsIm.withUnsafeBufferPointer { ci in
                switch kernel.form {
                case .phase, .diagonal: diagonal(kernel, cr.baseAddress!, ci.baseAddress!)
                case .flip: flip(kernel)
                case .sparse: sparse(kernel, cr.baseAddress!, ci.baseAddress!)
                case .dense:
                    if kernel.offsets.count == 2 && kernel.exchanges.count == 1 {
                        dense2(kernel, cr.baseAddress!, ci.baseAddress!)
                    } else {
                        dense(kernel, cr.baseAddress!, ci.baseAddress!)
                    }
                }
            }
        }
    }

    /// Calls `body` with the start and length of each run of vectors whose indices have zeros at the kernel's places.
    @inline(__always)
    private func runs(_ kernel: StateVectorKernel, _ body: (_ start: Int, _ length: Int) -> Void) {
        let items = vectorCount >> kernel.places.count
        let run = kernel.places.first.map { 1 << $0 } ?? items
        let base = kernel.base
        kernel.places.withUnsafeBufferPointer { places in
            Parallel.ranges(items, threads: threads(for: items)) { range in
                var item = range.lowerBound
                while item < range.upperBound {
                    let end = min((item / run + 1) * run, range.upperBound)
                    body(spread(item, places) | base, end - item)
                    item = end
                }
            }
        }
    }

    private func diagonal(
        _ kernel: StateVectorKernel, _ cr: UnsafePointer<Lanes>, _ ci: UnsafePointer<Lanes>
    ) {
        let (re, im) = vectors
        kernel.offsets.withUnsafeBufferPointer { offsets in
            runs(kernel) { start, length in
                for row in 0..<offsets.count {
                    let a = cr[row], b = ci[row]
                    let x = re + (start + offsets[row]), y = im + (start + offsets[row])
                    for k in 0..<length {
                        let u = x[k], v = y[k]
                        x[k] = a * u - b * v
                        y[k] = a * v + b * u
                    }
                }
            }
        }
    }

    private func flip(_ kernel: StateVectorKernel) {
        let (re, im) = vectors
        let offset = kernel.offsets[1]
        runs(kernel) { start, length in
            let (x, y) = (re + start, im + start)
            for k in 0..<length {
                let (a, b) = (x[k], y[k])
                x[k] = x[k + offset]
                y[k] = y[k + offset]
                x[k + offset] = a
                y[k + offset] = b
            }
        }
    }

    /// One high target.
    private func dense2(_ kernel: StateVectorKernel, _ cr: UnsafePointer<Lanes>, _ ci: UnsafePointer<Lanes>) {
        let (re, im) = vectors
        let offset = kernel.offsets[1]
        @inline(__always) func work(_ a: Complexes, _ b: Complexes, _ c: Complexes, _ d: Complexes) {
            runs(kernel) { start, length in
                let x0 = re + start, y0 = im + start
                let x1 = x0 + offset, y1 = y0 + offset
                for k in 0..<length {
                    let (u, v, s, t) = (x0[k], y0[k], x1[k], y1[k])
                    x0[k] = a.re * u - a.im * v + (b.re * s - b.im * t)
                    y0[k] = a.re * v + a.im * u + (b.re * t + b.im * s)
                    x1[k] = c.re * u - c.im * v + (d.re * s - d.im * t)
                    y1[k] = c.re * v + c.im * u + (d.re * t + d.im * s)
                }
            }
        }
        if kernel.isUniform {
            // Halves that the compiler knows to be equal take one register.
            work(
                Complexes(halves: cr[0], ci[0]), Complexes(halves: cr[1], ci[1]), Complexes(halves: cr[2], ci[2]),
                Complexes(halves: cr[3], ci[3]))
        } else {
            work(
                Complexes(cr[0], ci[0]), Complexes(cr[1], ci[1]), Complexes(cr[2], ci[2]), Complexes(cr[3], ci[3]))
        }
    }

    /// Any number of high and low targets.
    private func dense(_ kernel: StateVectorKernel, _ cr: UnsafePointer<Lanes>, _ ci: UnsafePointer<Lanes>) {
        // Known counts let the compiler unroll the sums.
        switch (kernel.offsets.count, kernel.exchanges.count, kernel.isUniform) {
        case (4, 1, true): dense(kernel, cr, ci, rows: 4, columns: 4, isUniform: true)
        case (8, 1, true): dense(kernel, cr, ci, rows: 8, columns: 8, isUniform: true)
        case (1, 2, _): dense(kernel, cr, ci, rows: 1, columns: 2, isUniform: false)
        case (1, 4, _): dense(kernel, cr, ci, rows: 1, columns: 4, isUniform: false)
        case (2, 2, _): dense(kernel, cr, ci, rows: 2, columns: 4, isUniform: false)
        case (4, 2, _): dense(kernel, cr, ci, rows: 4, columns: 8, isUniform: false)
        case (2, 4, _): dense(kernel, cr, ci, rows: 2, columns: 8, isUniform: false)
        case (let rows, let exchanges, true):
            dense(kernel, cr, ci, rows: rows, columns: rows * exchanges, isUniform: true)
        case (let rows, let exchanges, false):
            dense(kernel, cr, ci, rows: rows, columns: rows * exchanges, isUniform: false)
        }
    }

    @inline(__always)
    private func dense(
        _ kernel: StateVectorKernel, _ cr: UnsafePointer<Lanes>, _ ci: UnsafePointer<Lanes>, rows: Int, columns: Int,
        isUniform: Bool
    ) {
        let (re, im) = vectors
        kernel.offsets.withUnsafeBufferPointer { offsetBuffer in
            kernel.exchanges.withUnsafeBufferPointer { exchangeBuffer in
                let offsets = offsetBuffer.baseAddress!, exchanges = exchangeBuffer.baseAddress!
                runs(kernel) { start, length in
                    withUnsafeTemporaryAllocation(of: Lanes.self, capacity: 2 * columns) { scratch in
                        let xs = scratch.baseAddress!
                        let ys = xs + columns
                        @inline(__always) func coefficient(_ place: Int) -> Complexes {
                            isUniform ? Complexes(halves: cr[place], ci[place]) : Complexes(cr[place], ci[place])
                        }
                        for k in start..<start + length {
                            for c in 0..<rows {
                                xs[c] = re[k + offsets[c]]
                                ys[c] = im[k + offsets[c]]
                            }
                            for e in 1..<max(columns / rows, 1) {
                                for c in 0..<rows {
                                    xs[e * rows + c] = xs[c].exchanged(exchanges[e])
                                    ys[e * rows + c] = ys[c].exchanged(exchanges[e])
                                }
                            }
                            // Two rows at a time share the loads of the amplitudes.
                            var r = 0
                            while r + 1 < rows {
                                var x = Lanes.zero, y = Lanes.zero, u = Lanes.zero, v = Lanes.zero
                                for c in 0..<columns {
                                    let a = coefficient(r * columns + c), b = coefficient((r + 1) * columns + c)
                                    let (s, t) = (xs[c], ys[c])
                                    x += a.re * s - a.im * t
                                    y += a.re * t + a.im * s
                                    u += b.re * s - b.im * t
                                    v += b.re * t + b.im * s
                                }
                                re[k + offsets[r]] = x
                                im[k + offsets[r]] = y
                                re[k + offsets[r + 1]] = u
                                im[k + offsets[r + 1]] = v
                                r += 2
                            }
                            if r < rows {
                                var x = Lanes.zero, y = Lanes.zero
                                for c in 0..<columns {
                                    let a = coefficient(r * columns + c)
                                    let (s, t) = (xs[c], ys[c])
                                    x += a.re * s - a.im * t
                                    y += a.re * t + a.im * s
                                }
                                re[k + offsets[r]] = x
                                im[k + offsets[r]] = y
                            }
                        }
                    }
                }
            }
        }
    }

    /// Any number of targets, term by term.
    private func sparse(_ kernel: StateVectorKernel, _ cr: UnsafePointer<Lanes>, _ ci: UnsafePointer<Lanes>) {
        let (re, im) = vectors
        let rows = kernel.offsets.count
        let columns = rows * kernel.exchanges.count
        let isReal = kernel.isReal
        kernel.offsets.withUnsafeBufferPointer { offsets in
            kernel.exchanges.withUnsafeBufferPointer { exchanges in
                kernel.sources.withUnsafeBufferPointer { sources in
                    kernel.rowEnds.withUnsafeBufferPointer { ends in
                        runs(kernel) { start, length in
                            withUnsafeTemporaryAllocation(of: Lanes.self, capacity: 2 * columns) { scratch in
                                let xs = scratch.baseAddress!
                                let ys = xs + columns
                                for k in start..<start + length {
                                    for e in 0..<exchanges.count {
                                        let exchange = exchanges[e]
                                        for c in 0..<rows {
                                            xs[e * rows + c] = re[k + offsets[c]].exchanged(exchange)
                                            ys[e * rows + c] = im[k + offsets[c]].exchanged(exchange)
                                        }
                                    }
                                    var place = 0
                                    for r in 0..<rows {
                                        var x = Lanes.zero, y = Lanes.zero
                                        if isReal {
                                            while place < ends[r] {
                                                let c = sources[place]
                                                x += cr[place] * xs[c]
                                                y += cr[place] * ys[c]
                                                place += 1
                                            }
                                        } else {
                                            while place < ends[r] {
                                                let (a, b, c) = (cr[place], ci[place], sources[place])
                                                x += a * xs[c] - b * ys[c]
                                                y += a * ys[c] + b * xs[c]
                                                place += 1
                                            }
                                        }
                                        re[k + offsets[r]] = x
                                        im[k + offsets[r]] = y
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
