import Circuits
import Hardware

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

extension Target {
    /// The average fidelity of a site that idles: ½ + e^(−t/T1)/6 + e^(−t/T2)/3, the figure of relaxation and dephasing
    /// acting on one qubit (Nielsen, arXiv:quant-ph/0205035, for the two channels together). 1 where nothing is known.
    func idleFidelity(of site: Int, for time: Double) -> Double {
        guard time > 0, site < calibration.sites.count else { return 1 }
        let figures = calibration.sites[site]
        let relaxed = figures.t1.map { $0.value > 0 ? exp(-time / $0.value) : 0 } ?? 1
        let dephased = figures.effectiveT2.map { $0.value > 0 ? exp(-time / $0.value) : 0 } ?? 1
        return 0.5 + relaxed / 6 + dephased / 3
    }

    /// −d log(idle fidelity)/dt at t = 0, per second.
    func idleRate(of site: Int) -> Double {
        guard site < calibration.sites.count else { return 0 }
        let figures = calibration.sites[site]
        let relaxation = figures.t1.map { $0.value > 0 ? 1 / (6 * $0.value) : 0 } ?? 0
        let dephasing = figures.effectiveT2.map { $0.value > 0 ? 1 / (3 * $0.value) : 0 } ?? 0
        return relaxation + dephasing
    }

    /// The mean readout error of a site; 0 where none is known.
    func readoutError(of site: Int) -> Double {
        site < calibration.sites.count ? calibration.sites[site].readout?.error ?? 0 : 0
    }

    func readoutDuration(of site: Int) -> Double {
        site < calibration.sites.count ? calibration.sites[site].readout?.duration.value ?? 0 : 0
    }

    func resetDuration(of site: Int) -> Double {
        site < calibration.sites.count ? calibration.sites[site].resetDuration?.value ?? 0 : 0
    }

    /// −log(1 − error), finite for every live gate.
    static func cost(ofError error: Double) -> Double { -log1p(-min(error, 1 - 1e-12)) }
}
