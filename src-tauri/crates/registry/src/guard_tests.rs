use super::*;
use futures::future::BoxFuture;
use proptest::prelude::*;

/// `home.example` is where the test says; every other name is at the second address.
struct Fixed(IpAddr, Vec<IpAddr>);
impl Resolver for Fixed {
    fn lookup<'a>(&'a self, name: &'a str) -> BoxFuture<'a, io::Result<Vec<IpAddr>>> {
        let found = if name == "home.example" {
            vec![self.0]
        } else {
            self.1.clone()
        };
        Box::pin(async move { Ok(found) })
    }
}

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn guard(home: &str, elsewhere: &[&str]) -> Guard {
    let elsewhere = elsewhere.iter().map(|text| ip(text)).collect();
    Guard::new("home.example", Arc::new(Fixed(ip(home), elsewhere)))
}

async fn reached(home: &str, elsewhere: &[&str]) -> Result<Vec<IpAddr>, String> {
    let resolver = GuardedResolver(guard(home, elsewhere));
    let name = "elsewhere.example".parse().unwrap();
    match resolver.resolve(name).await {
        Ok(addresses) => Ok(addresses.map(|a| a.ip()).collect()),
        Err(error) => Err(error.to_string()),
    }
}

const NEVER_FROM_PUBLIC: [&str; 24] = [
    "127.0.0.1",
    "127.9.9.9",
    "10.0.0.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "100.64.0.1",
    "100.100.100.200",
    "169.254.169.254",
    "169.254.170.2",
    "0.0.0.0",
    "0.1.2.3",
    "255.255.255.255",
    "224.0.0.1",
    "::",
    "::1",
    "fe80::1",
    "fd00:ec2::254",
    "fc00::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
];

#[tokio::test]
async fn a_name_that_stands_for_an_inner_address_is_refused() {
    for address in NEVER_FROM_PUBLIC {
        let outcome = reached("93.184.216.34", &[address]).await;
        assert!(outcome.is_err(), "{address} was reached: {outcome:?}");
    }
}

#[tokio::test]
async fn an_inner_address_written_out_is_refused() {
    for address in NEVER_FROM_PUBLIC {
        let host = match ip(address) {
            IpAddr::V4(v4) => v4.to_string(),
            IpAddr::V6(v6) => format!("[{v6}]"),
        };
        let url = Url::parse(&format!("https://{host}/token")).unwrap();
        let outcome = guard("93.184.216.34", &[]).check_literal(&url).await;
        assert!(outcome.is_err(), "{address} was allowed");
    }
}

#[tokio::test]
async fn other_spellings_of_loopback_are_loopback() {
    for text in [
        "http://2130706433/",
        "http://0x7f.1/",
        "http://127.1/",
        "http://0177.0.0.1/",
    ] {
        let url = Url::parse(text).unwrap();
        let outcome = guard("93.184.216.34", &[]).check_literal(&url).await;
        assert!(outcome.is_err(), "{text} was allowed");
    }
}

#[tokio::test]
async fn of_mixed_addresses_only_the_public_ones_are_left() {
    let outcome = reached("93.184.216.34", &["127.0.0.1", "1.1.1.1"]).await;
    assert_eq!(outcome, Ok(vec![ip("1.1.1.1")]));
}

#[tokio::test]
async fn a_private_registry_may_have_private_neighbours_but_no_metadata() {
    assert!(reached("10.0.0.5", &["10.0.0.6"]).await.is_ok());
    assert!(reached("10.0.0.5", &["127.0.0.1"]).await.is_err());
    assert!(reached("10.0.0.5", &["169.254.169.254"]).await.is_err());
    assert!(reached("fd00::5", &["fd00:ec2::254"]).await.is_err());
}

#[tokio::test]
async fn a_registry_on_this_machine_may_send_nowhere_but_here_and_outside() {
    assert!(reached("127.0.0.1", &["127.0.0.1"]).await.is_ok());
    assert!(reached("127.0.0.1", &["1.1.1.1"]).await.is_ok());
    assert!(reached("127.0.0.1", &["192.168.0.1"]).await.is_err());
    assert!(reached("127.0.0.1", &["0.0.0.0"]).await.is_err());
}

#[test]
fn a_url_to_be_followed_is_plain_and_not_weaker_than_the_registry() {
    let check = |text: &str, plain| check_url(&Url::parse(text).unwrap(), plain);
    assert_eq!(check("https://cdn.example/x", false), Ok(()));
    assert_eq!(check("http://cdn.example/x", true), Ok(()));
    assert!(matches!(
        check("http://cdn.example/x", false),
        Err(Blocked::Downgrade(_))
    ));
    assert!(matches!(
        check("file:///etc/passwd", true),
        Err(Blocked::Scheme(_))
    ));
    assert!(matches!(
        check("https://user:secret@cdn.example/", false),
        Err(Blocked::Shape(_))
    ));
}

#[test]
fn what_is_shown_of_a_url_has_no_secret() {
    let url = Url::parse("https://ada:canary@h.example/a?token=canary#canary").unwrap();
    assert_eq!(shown(&url), "https://h.example/a");
}

proptest! {
    #[test]
    fn an_address_hidden_in_ipv6_is_in_the_place_of_the_hidden_one(bits: u32) {
        let v4 = Ipv4Addr::from(bits);
        prop_assert_eq!(place_of(IpAddr::V6(v4.to_ipv6_mapped())), place_of(IpAddr::V4(v4)));
    }
}
