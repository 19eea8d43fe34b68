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
                    switch (kernel.offsets.count, kernel.exchanges.count) {
                    case (2, 1): dense2(kernel, cr.baseAddress!, ci.baseAddress!)
                    case (4, 1): dense4(kernel, cr.baseAddress!, ci.baseAddress!)
                    default: dense(kernel, cr.baseAddress!, ci.baseAddress!)
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

    private func dense2(_ kernel: StateVectorKernel, _ cr: UnsafePointer<Lanes>, _ ci: UnsafePointer<Lanes>) {
        let (re, im) = vectors
        let offset = kernel.offsets[1]
        runs(kernel) { start, length in
            let x0 = re + start, y0 = im + start
            let x1 = x0 + offset, y1 = y0 + offset
            let (ar, br, gr, dr) = (cr[0], cr[1], cr[2], cr[3])
            let (ai, bi, gi, di) = (ci[0], ci[1], ci[2], ci[3])
            for k in 0..<length {
                let (u, v, s, t) = (x0[k], y0[k], x1[k], y1[k])
                x0[k] = ar * u - ai * v + (br * s - bi * t)
                y0[k] = ar * v + ai * u + (br * t + bi * s)
                x1[k] = gr * u - gi * v + (dr * s - di * t)
                y1[k] = gr * v + gi * u + (dr * t + di * s)
            }
        }
    }

    private func dense4(_ kernel: StateVectorKernel, _ cr: UnsafePointer<Lanes>, _ ci: UnsafePointer<Lanes>) {
        let (re, im) = vectors
        let (o1, o2, o3) = (kernel.offsets[1], kernel.offsets[2], kernel.offsets[3])
        runs(kernel) { start, length in
            let x = re + start, y = im + start
            for k in 0..<length {
                let (x0, x1, x2, x3) = (x[k], x[k + o1], x[k + o2], x[k + o3])
                let (y0, y1, y2, y3) = (y[k], y[k + o1], y[k + o2], y[k + o3])
                @inline(__always) func row(_ r: Int, _ offset: Int) {
                    let (a, b, c, d) = (cr[4 * r], cr[4 * r + 1], cr[4 * r + 2], cr[4 * r + 3])
                    let (e, f, g, h) = (ci[4 * r], ci[4 * r + 1], ci[4 * r + 2], ci[4 * r + 3])
                    x[k + offset] = (a * x0 - e * y0) + (b * x1 - f * y1) + ((c * x2 - g * y2) + (d * x3 - h * y3))
                    y[k + offset] = (a * y0 + e * x0) + (b * y1 + f * x1) + ((c * y2 + g * x2) + (d * y3 + h * x3))
                }
                row(0, 0)
                row(1, o1)
                row(2, o2)
                row(3, o3)
            }
        }
    }

    /// Any number of high and low targets.
    private func dense(_ kernel: StateVectorKernel, _ cr: UnsafePointer<Lanes>, _ ci: UnsafePointer<Lanes>) {
        let (re, im) = vectors
        let rows = kernel.offsets.count
        let columns = rows * kernel.exchanges.count
        kernel.offsets.withUnsafeBufferPointer { offsets in
            kernel.exchanges.withUnsafeBufferPointer { exchanges in
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
                                for c in 0..<columns {
                                    let (a, b) = (cr[place], ci[place])
                                    x += a * xs[c] - b * ys[c]
                                    y += a * ys[c] + b * xs[c]
                                    place += 1
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
