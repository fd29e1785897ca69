package org.gatehouse.admin;

import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.About;

/** What the API says and hears of sign-on providers beyond their settings. */
final class SignOnViews {
    private SignOnViews() {}

    /** What came of a test. */
    record SignOnTest(@About("Whether everything that can be tried without a person works.") boolean ok,
            @About("What was found, and what to do.") String message,
            @About("Each step, and how it went.") Map<String, String> steps,
            @About("The address that the provider must know: where its answers come to.") String callbackUrl) {}

    /** What an OpenID Connect provider sends when somebody has signed out there. */
    record LogoutNotice(
            @About(value = "The logout token.", max = 20_000) String logout_token) {}

    /** What a SAML provider has the browser send. */
    record PostedAnswer(
            @About(value = "The response, in base64.", min = 1, max = 524_288, multiline = true) String SAMLResponse,
            @About(value = "As the request had it.", max = 1000) @Nullable String RelayState) {}

    /** A SAML provider's description of itself. */
    record PastedMetadata(
            @About(value = "The XML, as the provider gives it.", min = 1, max = 900_000, multiline = true) String metadata) {}

    /** What of it belongs into the settings. */
    record ReadMetadata(@About("What it calls itself.") String entityId,
            @About("Where browsers are sent to sign on.") String ssoUrl,
            @About("PEM certificates of the keys that it signs with.") String certificates) {}

    /** What a provider tells of joiners and leavers with. */
    record ScimToken(@About("For the provider; shown this once.") String token,
            @About("Where the provider finds the box's SCIM service.") String url) {

        @Override
        public String toString() {
            return "ScimToken[]";
        }
    }
}
