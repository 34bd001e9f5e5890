internal import EventModel
internal import TestSupport
internal import Testing

internal import HTTPTransport

/// Where credentials come from, and which place goes first.
@Suite struct CredentialSourceTests {
    private let scene = CredentialScene()
    private let home = ["HOME": "/h"]

    private func code(_ variables: [String: String], profile: String? = nil) -> String {
        do throws(SluiceError) {
            return try scene.load(variables, profile: profile)?.accessKey ?? "anonymous"
        } catch {
            #expect(!"\(error) \(error.hint ?? "")".contains("canary"))
            return error.code.name
        }
    }

    @Test("the environment goes first; half of it is an error")
    func environment() throws {
        scene.write("[default]\naws_access_key_id = F\naws_secret_access_key = s", to: "/h/.aws/credentials")
        var variables = home.merging(["AWS_ACCESS_KEY_ID": "E", "AWS_SECRET_ACCESS_KEY": "canary"]) { $1 }
        variables["AWS_SESSION_TOKEN"] = "canary-token"
        let found = try scene.load(variables)
        #expect(found?.accessKey == "E" && found?.sessionToken?.reveal() == "canary-token")
        #expect(code(variables, profile: "default") == "F")
        variables["AWS_SECRET_ACCESS_KEY"] = ""
        #expect(code(variables) == "credentials.invalid")
        variables["AWS_ACCESS_KEY_ID"] = nil
        #expect(code(variables) == "F")
    }

    @Test("profile files: names, comments, nested settings, order, and where they are")
    func profiles() throws {
        scene.write(
            """
            # a comment
            [default]
            region = eu-west-1
            s3 =
              addressing_style = path
            [profile dev]
            aws_access_key_id=CONFIG
            aws_secret_access_key = canary==#x
            endpoint_url = http://127.0.0.1:9000
            [services x]
            aws_access_key_id = NOT
            [dev]
            aws_access_key_id = NOT
            """,
            to: "/h/.aws/config"
        )
        scene.write("[dev]\r\naws_access_key_id = CREDENTIALS\r\n", to: "/h/.aws/credentials")
        let found = try scene.load(home.merging(["AWS_PROFILE": "dev"]) { $1 })
        #expect(found?.accessKey == "CREDENTIALS" && found?.secretKey.reveal() == "canary==#x")
        let elsewhere = ["AWS_CONFIG_FILE": "/h/.aws/config", "AWS_SHARED_CREDENTIALS_FILE": "/none"]
        #expect(code(elsewhere, profile: "dev") == "CONFIG")
        #expect(code(home, profile: "missing") == "credentials.invalid")
        #expect(code(home.merging(["AWS_PROFILE": "missing"]) { $1 }) == "credentials.invalid")
        #expect(code(home) == "credentials.missing")
        let place = try StoreLocation(scene.surroundings(home))
        #expect(place.region == "eu-west-1" && place.endpoint == nil)
        let named = try StoreLocation(scene.surroundings(home), profile: "dev")
        #expect(named.region == nil && named.endpoint == "http://127.0.0.1:9000")
    }

    @Test("region and endpoint: variables before the profile, S3's own endpoint before the general one")
    func location() throws {
        scene.write("[default]\nregion = p\nendpoint_url = http://p", to: "/h/.aws/config")
        var variables = home.merging(["AWS_DEFAULT_REGION": "d", "AWS_ENDPOINT_URL": "http://g"]) { $1 }
        #expect(try StoreLocation(scene.surroundings(variables)).region == "d")
        #expect(try StoreLocation(scene.surroundings(variables)).endpoint == "http://g")
        variables["AWS_REGION"] = "r"
        variables["AWS_ENDPOINT_URL_S3"] = "http://s3"
        #expect(try StoreLocation(scene.surroundings(variables)).region == "r")
        #expect(try StoreLocation(scene.surroundings(variables)).endpoint == "http://s3")
    }

    @Test("a profile's role is assumed with its source; a circle, no source and single sign-on are errors")
    func roles() throws {
        scene.write(
            """
            [default]
            aws_access_key_id = BASE
            aws_secret_access_key = canary-base
            [profile role]
            role_arn = arn:aws:iam::1:role/r
            source_profile = default
            external_id = x y
            region = eu-west-1
            [profile a]
            role_arn = arn:a
            source_profile = b
            [profile b]
            role_arn = arn:b
            source_profile = a
            [profile alone]
            role_arn = arn:c
            [profile sso]
            sso_session = s
            """,
            to: "/h/.aws/config"
        )
        scene.answer("POST sts.eu-west-1.amazonaws.com/", CredentialScene.xml("AssumeRole", "LENT"))
        let found = try scene.load(home, profile: "role")
        #expect(found?.accessKey == "LENT" && found?.sessionToken?.reveal() == "canary-token")
        #expect(found?.expires == Timestamp(milliseconds: 1_790_816_400_500))
        let request = try #require(scene.requests.first)
        let body = String(decoding: request.body, as: UTF8.self)
        #expect(body.hasSuffix("RoleSessionName=sluice&ExternalId=x%20y") && request.query.isEmpty)
        let signature = request.headers.first { $0.name == "authorization" }?.value
        #expect(signature?.contains("Credential=BASE/20261001/eu-west-1/sts/aws4_request") == true)
        for broken in ["a", "alone", "sso"] { #expect(code(home, profile: broken) == "credentials.invalid") }
    }

    @Test("a web identity's token goes to STS in the body; a refusal says why")
    func webIdentity() throws {
        scene.write("canary-jwt\n", to: "/token")
        var variables = [
            "AWS_WEB_IDENTITY_TOKEN_FILE": "/token", "AWS_ROLE_ARN": "arn:r", "AWS_REGION": "cn-north-1",
        ]
        variables["AWS_ROLE_SESSION_NAME"] = "me"
        let sts = "POST sts.cn-north-1.amazonaws.com.cn/"
        scene.answer(sts, CredentialScene.xml("AssumeRoleWithWebIdentity", "W"))
        #expect(code(variables) == "W")
        let request = try #require(scene.requests.first)
        #expect(request.headers.allSatisfy { $0.name != "authorization" })
        #expect(
            String(decoding: request.body, as: UTF8.self)
                == "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=arn%3Ar&RoleSessionName=me"
                + "&WebIdentityToken=canary-jwt"
        )
        scene.answer(
            sts,
            "<ErrorResponse><Error><Code>ExpiredToken</Code><Message>old</Message></Error></ErrorResponse>",
            status: 400
        )
        let error = #expect(throws: SluiceError.self) { _ = try scene.load(variables) }
        #expect(error?.code == .credentialsRefused && error?.message.contains("ExpiredToken: old") == true)
        scene.answer(sts, "<html>", status: 200)
        #expect(code(variables) == "credentials.refused")
        scene.answer(sts, "<Credentials><SecretAccessKey>canary-secret</SecretAccess", status: 200)
        #expect(code(variables) == "credentials.refused")
        scene.answer(sts, "<html><p>Bad Gateway", status: 502)
        #expect(code(variables) == "credentials.refused")
        variables["AWS_ROLE_ARN"] = nil
        #expect(code(variables) == "credentials.invalid")
        variables["AWS_ROLE_ARN"] = "arn:r"
        variables["AWS_WEB_IDENTITY_TOKEN_FILE"] = "/none"
        #expect(code(variables) == "credentials.invalid")
    }

    @Test("containers: relative and full addresses, with a token or a token's file")
    func container() throws {
        scene.answer("GET 169.254.170.2/v2/x", CredentialScene.json("R"))
        #expect(code(["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/x"]) == "R")
        scene.answer("GET 127.0.0.1:8080/creds", CredentialScene.json("F"))
        var variables = ["AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:8080/creds?id=a%2Fb"]
        variables["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = "canary-1"
        #expect(code(variables) == "F")
        scene.write("canary-2\n", to: "/token")
        variables["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = "/token"
        #expect(code(variables) == "F")
        let sent = scene.directRequests.dropFirst()
        #expect(sent.map { $0.headers.last?.value } == ["canary-1", "canary-2"])
        #expect(sent.first?.target == "/creds?id=a%2Fb")
        scene.write("a\r\nb", to: "/token")
        #expect(code(variables) == "credentials.invalid")
    }

    @Test(
        "a container's address that leads elsewhere without TLS is refused",
        arguments: [
            "http://example.com/c", "http://169.254.169.254/c", "ftp://x", "file:///etc",
            "http://u@127.0.0.1/", "http://127.example.com/c", "http://127.0.0.1.example.com/c",
        ]
    )
    func foreignContainer(address: String) {
        #expect(code(["AWS_CONTAINER_CREDENTIALS_FULL_URI": address]) == "credentials.invalid")
        #expect(scene.requests.isEmpty)
    }

    @Test("instance metadata: token, role, credentials; switched off, absent and without a role are none")
    func instance() throws {
        #expect(code([:]) == "credentials.missing")
        scene.answer("PUT 169.254.169.254/latest/api/token", "canary-imds")
        let folder = "GET 169.254.169.254/latest/meta-data/iam/security-credentials/"
        scene.answer(folder, "", status: 404)
        #expect(code([:]) == "credentials.missing")
        scene.answer(folder, "my role\n")
        scene.answer(folder + "my%20role", CredentialScene.json("I"))
        #expect(code([:]) == "I")
        let last = try #require(scene.directRequests.last)
        #expect(last.headers == [HTTPField(name: "x-aws-ec2-metadata-token", value: "canary-imds")])
        #expect(code(["AWS_EC2_METADATA_DISABLED": "TRUE"]) == "credentials.missing")
        scene.answer(
            folder + "my%20role",
            "{\"Code\": \"AssumeRoleUnauthorizedAccess\", \"Message\": \"canary\"}"
        )
        #expect(code([:]) == "credentials.refused")
        scene.answer(folder + "my%20role", CredentialScene.json("I", expires: "2026-09-30T23:59:59Z"))
        #expect(code([:]) == "credentials.refused")
    }

    @Test("instance metadata is asked over the network, and a machine without it has none")
    func instanceOverNetwork() async throws {
        let server = try MetadataServer()
        let client = try HTTPClient(HTTPClient.Options(proxy: ""))
        let clock = scene.clock
        var surroundings = CredentialSurroundings(
            variables: [:],
            client: client,
            directClient: client,
            now: { clock.now }
        )
        surroundings.metadataService = server.endpoint
        let chain = CredentialChain(surroundings, time: clock)
        #expect(try await chain.credentials()?.accessKey == "IMDS")
        surroundings.metadataService = HTTPEndpoint(isTLS: false, host: "127.0.0.1", port: 1)
        let nowhere = CredentialChain(surroundings, time: clock)
        let error = await #expect(throws: SluiceError.self) { _ = try await nowhere.credentials() }
        #expect(error?.code == .credentialsMissing)
    }
}
