/// What the daemon is built of (CycloneDX 1.6), as `Tools/materials` wrote it of the packages that were linked; a test holds it
/// against the packages of the build at hand.
public enum BillOfMaterials {
    public static let mediaType = "application/vnd.cyclonedx+json; version=1.6"

    public static var bytes: [UInt8] { PackageResources.materials_json }
}
