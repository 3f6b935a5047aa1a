//! How the account logs in: keystoneauth1's plugins.

/// What `auth_type` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::config::authtoken) enum Login {
    /// An application credential.
    ApplicationCredential,
    /// Nothing.
    Nothing,
    /// A user and a password, by whatever version of the API there is.
    Password,
    /// Something that is refused.
    Refused,
    /// A user and a password.
    V3Password,
}

/// How an account of this `auth_type` logs in, or why it cannot here.
pub(in crate::config::authtoken) fn login(name: &str) -> Result<Login, String> {
    let reason = match name {
        "password" => return Ok(Login::Password),
        "v3password" => return Ok(Login::V3Password),
        "v3applicationcredential" => return Ok(Login::ApplicationCredential),
        "v2password" | "v2token" => "speaks Keystone's v2.0 API, which is gone",
        "token" | "v3token" => "logs in with a token, which ends and cannot be had anew",
        "v3totp" | "v3multifactor" => "needs somebody to type a passcode",
        "v3tokenlessauth" => "has no account: a certificate stands for it in every request",
        "admin_token" => "is Keystone's bootstrap secret, which stands for nobody",
        "http_basic" | "none" => "is for services without Keystone",
        "v3oauth1" | "v3oauth2clientcredential" | "v3oauth2mtlsclientcredential" => {
            "logs in by OAuth, which is not supported"
        }
        "v3oidcaccesstoken"
        | "v3oidcauthcode"
        | "v3oidcclientcredentials"
        | "v3oidcdeviceauthz"
        | "v3oidcpassword" => "logs in by OpenID Connect, which is not supported",
        "v3adfspassword" | "v3fedkerb" | "v3kerberos" | "v3samlpassword" | "v3websso" => {
            "logs in by a federation or by Kerberos, which is not supported"
        }
        _ => "is no kind of login that is known here",
    };
    Err(format!("{name:?} {reason}; use password or v3applicationcredential"))
}
