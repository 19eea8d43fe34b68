import ArgumentParser
import Client
import Console
import Drivers
import Hardware
import Kernel
import Storage

struct PriceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "price", abstract: "Show what seconds of machines cost, or set it.",
        discussion: """
            Prices are in any unit you like, for each second of machine time; a machine without one costs nothing. \
            `submit --dry-run` shows what a job would cost, and `submit --price-worth` weighs it where a job may run on \
            several machines.
            """)

    @OptionGroup var service: ServiceOption

    @Argument(help: "The device's id; without it all prices are shown.")
    var device: String?

    @Argument(help: "What a second of it costs; 0 for nothing.")
    var price: Double?

    func validate() throws {
        if let price, !(price >= 0 && price <= PriceList.dearest) {
            throw ValidationError("a price is from 0 to 1e9 a second")
        }
    }

    func run() async throws {
        try service.requireLocal("a price")
        let store = try JobStore()
        do throws(KernelError) {
            var list = try store.directory.prices()
            if let device, let price {
                _ = try known(device, store)
                try list.set(price, of: device)
            }
            let shown = device.map { [$0] } ?? list.perSecond.keys.sorted()
            for name in shown {
                let price = list.perSecond[name]
                Terminal.write("\(name)  \(price.map { "\($0) a second" } ?? "costs nothing")\n")
            }
            if shown.isEmpty { Terminal.write("no machine has a price\n") }
        } catch {
            throw CommandFailure(error, source: nil)
        }
    }

    /// A price of a machine that does not exist would never be asked for.
    private func known(_ device: String, _ store: JobStore) throws(KernelError) -> String {
        do {
            return try store.catalog().file(device).description.id
        } catch {
            throw KernelError(
                .program, code: "device.unknown", "there is no machine '\(device)'",
                cure: "take one of those that `kelvin devices` lists")
        }
    }
}
