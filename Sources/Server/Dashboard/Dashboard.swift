import HTTPTypes
import Storage

/// The pages that the service shows in a browser. They are part of the program: nothing is built, nothing is fetched from
/// elsewhere.
enum Dashboard {
    struct Page: Sendable {
        var type: String
        var bytes: [UInt8]
    }

    static let front = Page(type: "text/html; charset=utf-8", bytes: PackageResources.index_html)

    /// By name below `/dashboard`.
    static let pages: [String: Page] = [
        "kelvin.css": Page(type: "text/css; charset=utf-8", bytes: PackageResources.kelvin_css),
        "icon.svg": Page(type: "image/svg+xml", bytes: PackageResources.icon_svg),
        "app.js": script(PackageResources.app_js), "api.js": script(PackageResources.api_js),
        "dom.js": script(PackageResources.dom_js), "charts.js": script(PackageResources.charts_js),
        "map.js": script(PackageResources.map_js), "layout.js": script(PackageResources.layout_js),
        "fleet.js": script(PackageResources.fleet_js),
        "jobs.js": script(PackageResources.jobs_js), "job.js": script(PackageResources.job_js),
        "write.js": script(PackageResources.write_js), "usage.js": script(PackageResources.usage_js),
        "admin.js": script(PackageResources.admin_js),
    ]

    private static func script(_ bytes: [UInt8]) -> Page { Page(type: "text/javascript; charset=utf-8", bytes: bytes) }

    /// Only what this service serves, no inline code or style, nobody's frame.
    private static let policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

    static func answer(_ page: Page) -> Answer {
        Answer.bytes(page.bytes, type: page.type)
            .header(.cacheControl, "no-cache")
            .header(.contentSecurityPolicy, policy)
            .header(.referrerPolicy, "no-referrer")
            .header(.openerPolicy, "same-origin")
    }
}

extension Service {
    /// The dashboard and the sessions of its browsers; no part of the described interface.
    static let dashboardRoutes: [Route] = [
        Route(.get, "/", "goToDashboard", .open) { _ in
            Answer(.seeOther, headers: [.location: "/dashboard"])
        },
        Route(.get, "/dashboard", "showDashboard", .open) { _ in Dashboard.answer(Dashboard.front) },
        Route(.get, "/dashboard/{page}", "showPage", .open) { call in
            guard let page = Dashboard.pages[try call.parameter("page")] else {
                throw Problem(.notFound, "the dashboard has no such page", cure: "open /dashboard")
            }
            return Dashboard.answer(page)
        },
        Route(.get, "/docs/errors", "showErrors", .open) { _ in
            Dashboard.answer(
                Dashboard.Page(type: "text/html; charset=utf-8", bytes: Array(ErrorCatalogue.html.utf8)))
        },
        Route(.post, "/dashboard/session", "signIn", .open, bodyLimit: 4096, isAudited: true) { call in
            let body: SignIn = try call.decoded()
            let (identity, digest) = try call.service.desk.identify(
                token: body.token, from: call.address, now: call.received)
            let session = call.service.browsers.open(token: digest, now: call.received)
            return Answer.json(BrowserDocument(identity, guardWord: session.guardWord)).header(
                .setCookie, call.cookie(session.cookie, seconds: Int(BrowserSessions.longest)))
        },
        Route(.get, "/dashboard/session", "getSession", .anyone(.read)) { call in
            guard let session = call.service.browsers.session(of: call.request, now: call.received) else {
                throw Problem(
                    .notFound, "the request comes from no browser that has signed in",
                    cure: "GET /v1/me tells whose a token is")
            }
            return .json(BrowserDocument(try call.caller, guardWord: session.guardWord))
        },
        Route(.delete, "/dashboard/session", "signOut", .anyone(.read), repeatsReply: false) { call in
            call.service.browsers.close(call.request)
            return Answer(.noContent).header(.setCookie, call.cookie("", seconds: 0))
        },
    ]
}

private struct SignIn: Decodable {
    var token: String

    init(from decoder: any Decoder) throws {
        token = try Fields(decoder, known: ["token"]).required("token")
    }
}

/// Who has signed in, and the word that guards what the browser changes.
private struct BrowserDocument: Encodable {
    var user: UserDocument
    var abilities: [String]
    var project: String?
    var guardWord: String

    init(_ identity: Identity, guardWord: String) {
        user = UserDocument(identity.user)
        abilities = identity.token.abilities.map(\.rawValue).sorted()
        project = identity.token.project?.text
        self.guardWord = guardWord
    }
}

extension Call {
    /// No script reads it, no other site sends it.
    fileprivate func cookie(_ secret: String, seconds: Int) -> String {
        "\(BrowserSessions.cookieName)=\(secret); Path=/; Max-Age=\(seconds); HttpOnly; SameSite=Strict"
            + (service.options.certificate == nil ? "" : "; Secure")
    }
}

extension HTTPField.Name {
    fileprivate static let openerPolicy = HTTPField.Name("Cross-Origin-Opener-Policy") ?? .contentType
    fileprivate static let referrerPolicy = HTTPField.Name("Referrer-Policy") ?? .contentType
}
