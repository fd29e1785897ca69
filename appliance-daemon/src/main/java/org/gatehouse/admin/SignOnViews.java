package org.gatehouse.admin;

import java.util.Map;

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

    /** What a provider tells of joiners and leavers with. */
    record ScimToken(@About("For the provider; shown this once.") String token,
            @About("Where the provider finds the box's SCIM service.") String url) {

        @Override
        public String toString() {
            return "ScimToken[]";
        }
    }
}
