//! Claims about the keystore as its callers see it. Passphrases are stretched at test cost, but for one test at the standard.

use std::{fs, os::unix::fs::PermissionsExt, path::Path, sync::Arc};

use tempfile::TempDir;

use super::{passphrase::PassphraseCost, *};
use crate::{AccountId, Hlc, Profile, RecoveryPhrase, RegisterValue, prekey::seal, signed};

/// A day, in milliseconds.
const DAY: u64 = 24 * 60 * 60 * 1_000;
const NOW: u64 = 1_700_000_000_000;

fn open(dir: &TempDir) -> Keystore {
    try_open(dir.path()).unwrap()
}

fn try_open(dir: &Path) -> Result<Keystore, KeystoreError> {
    Keystore::open_with_cost(dir, PassphraseCost::TEST)
}

fn ann() -> Profile {
    Profile::new("Ann", "tea").unwrap()
}

fn file(dir: &TempDir, name: &str) -> std::path::PathBuf {
    dir.path().join("identity").join(name)
}

/// Name of the error's variant, so that a failed claim shows which came instead.
fn kind<T>(result: Result<T, KeystoreError>) -> String {
    let shown = result.map(|_| "success").map_err(|error| format!("{error:?}"));
    let shown = shown.map_or_else(|error| error, str::to_owned);
    shown.split([' ', '{']).next().unwrap_or_default().to_owned()
}

fn prekey_of(register: &crate::Register) -> [u8; 32] {
    match &register.value {
        RegisterValue::Prekey(public) => *public,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_keystore_can_be_shared_between_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<Keystore>();
    shared::<Arc<Account>>();
}

#[test]
fn the_first_start_makes_a_device_that_every_later_start_finds() {
    let dir = tempfile::tempdir().unwrap();
    let keystore = open(&dir);
    let device = keystore.device().id();
    assert_eq!(keystore.state(), IdentityState::None);
    assert_eq!((keystore.account_id(), keystore.has_passphrase()), (None, false));
    assert!(keystore.account().is_none());
    assert_eq!(kind(keystore.ready_account()), "NoAccount");
    drop(keystore);
    assert_eq!(open(&dir).device().id(), device);
}

#[test]
fn an_account_without_passphrase_is_ready_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let keystore = open(&dir);
    keystore.create_account(&ann(), None, NOW).unwrap();
    assert_eq!(keystore.state(), IdentityState::Ready);
    let before = keystore.account().unwrap();
    drop(keystore);

    let keystore = open(&dir);
    assert_eq!(keystore.state(), IdentityState::Ready);
    let after = keystore.account().unwrap();
    assert_eq!(after.id(), before.id());
    assert_eq!(after.certificate(), before.certificate());
    assert_eq!(after.profile(), before.profile());
    assert_eq!(after.prekey_register(), before.prekey_register());
    assert_eq!(after.store_key(), before.store_key());
    assert_eq!(kind(keystore.lock()), "NoPassphrase");
}

#[test]
fn a_new_account_certifies_its_device_and_signs_its_profile_and_prekey() {
    let dir = tempfile::tempdir().unwrap();
    let keystore = open(&dir);
    keystore.create_account(&ann(), None, NOW).unwrap();
    let account = keystore.account().unwrap();
    let device = keystore.device().id();
    assert_eq!(keystore.account_id(), Some(account.id()));
    assert_eq!((account.certificate().account, account.certificate().device), (account.id(), device));
    assert_eq!(account.certificate().hlc, Hlc::from_ms(NOW));
    assert_eq!(account.profile().value, RegisterValue::Profile(ann()));
    assert_eq!(account.prekey_register().device, Some(device));
    let sig = account.account_key().sign(signed::Context::Event, &[1; 32]);
    assert_eq!(signed::verify(account.id().as_bytes(), signed::Context::Event, &[1; 32], &sig), Ok(()));
}

#[test]
fn there_is_one_account_and_a_second_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let keystore = open(&dir);
    keystore.create_account(&ann(), None, NOW).unwrap();
    let first = keystore.account_id();
    match keystore.create_account(&ann(), Some("tea"), NOW) {
        Err(KeystoreError::AlreadyExists { account }) => assert_eq!(Some(account), first),
        other => panic!("{other:?}"),
    }
    drop(keystore);
    let keystore = open(&dir);
    assert_eq!(kind(keystore.create_account(&ann(), None, NOW)), "AlreadyExists");
    assert_eq!((keystore.account_id(), keystore.has_passphrase()), (first, false));
}

#[test]
fn an_account_with_passphrase_is_locked_after_a_restart_until_it_is_given() {
    let dir = tempfile::tempdir().unwrap();
    let keystore = open(&dir);
    keystore.create_account(&ann(), Some("oolong"), NOW).unwrap();
    assert_eq!((keystore.state(), keystore.has_passphrase()), (IdentityState::Ready, true));
    let (id, device) = (keystore.account_id(), keystore.device().id());
    drop(keystore);

    let keystore = open(&dir);
    assert_eq!((keystore.state(), keystore.has_passphrase()), (IdentityState::Locked, true));
    assert_eq!((keystore.account_id(), keystore.device().id()), (id, device));
    assert!(keystore.account().is_none());
    for refused in [
        kind(keystore.ready_account()),
        kind(keystore.update_profile(&ann(), NOW)),
        kind(keystore.rotate_prekey(NOW)),
        kind(keystore.prune_prekeys(NOW)),
    ] {
        assert_eq!(refused, "Locked");
    }
    assert_eq!(kind(keystore.unlock("Oolong")), "WrongPassphrase");
    assert_eq!(kind(keystore.unlock("")), "PassphraseLength");
    assert_eq!(keystore.state(), IdentityState::Locked);
    keystore.unlock("oolong").unwrap();
    assert_eq!(keystore.account().map(|account| account.id()), id);
    keystore.unlock("not looked at").unwrap();
}

#[test]
fn locking_takes_the_account_away_and_leaves_the_device() {
    let dir = tempfile::tempdir().unwrap();
    let keystore = open(&dir);
    assert_eq!(kind(keystore.lock()), "NoAccount");
    assert_eq!(kind(keystore.unlock("oolong")), "NoAccount");
    keystore.create_account(&ann(), Some("oolong"), NOW).unwrap();
    let held = Arc::downgrade(&keystore.account().unwrap());
    let store_key = keystore.account().unwrap().store_key();
    keystore.lock().unwrap();
    assert_eq!(keystore.state(), IdentityState::Locked);
    assert_eq!(held.strong_count(), 0, "secrets are still in memory");
    keystore.lock().unwrap();
    keystore.unlock("oolong").unwrap();
    assert_eq!(keystore.account().unwrap().store_key(), store_key);
}

#[test]
fn unusable_passphrases_make_no_account() {
    let dir = tempfile::tempdir().unwrap();
    let keystore = open(&dir);
    let long = "a".repeat(PASSPHRASE_BYTES_MAX + 1);
    for bad in ["", &long] {
        assert_eq!(kind(keystore.create_account(&ann(), Some(bad), NOW)), "PassphraseLength");
    }
    assert_eq!(keystore.state(), IdentityState::None);
    assert!(!file(&dir, "account.key").exists());
}

#[test]
fn the_standard_cost_stands_in_the_file_and_works() {
    let dir = tempfile::tempdir().unwrap();
    let keystore = Keystore::open(dir.path()).unwrap();
    keystore.create_account(&ann(), Some("oolong"), NOW).unwrap();
    keystore.lock().unwrap();
    keystore.unlock("oolong").unwrap();
    let bytes = fs::read(file(&dir, "account.key")).unwrap();
    // memory_kib = 65,536; passes = 3; lanes = 1
    let cost = [0x10, 0x80, 0x80, 0x04, 0x18, 0x03, 0x20, 0x01];
    assert!(bytes.windows(cost.len()).any(|window| window == cost));
}

#[test]
fn the_phrase_brings_the_account_to_another_machine() {
    let (first, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (old, new) = (open(&first), open(&second));
    let words = old.create_account(&ann(), None, NOW).unwrap().reveal();
    let phrase = RecoveryPhrase::parse(&words).unwrap();
    new.recover_account(&phrase, &ann(), Some("oolong"), NOW + 1).unwrap();
    let (old, new) = (old.account().unwrap(), new.account().unwrap());
    assert_eq!(new.id(), old.id());
    assert_ne!(new.certificate().device, old.certificate().device);
    assert_ne!(new.store_key(), old.store_key());
    assert!(new.profile().supersedes(old.profile()));
}

#[test]
fn a_profile_update_supersedes_and_survives_even_when_the_clock_went_back() {
    let dir = tempfile::tempdir().unwrap();
    let keystore = open(&dir);
    keystore.create_account(&ann(), Some("oolong"), NOW).unwrap();
    let first = keystore.account().unwrap().profile().clone();
    let second = keystore.update_profile(&Profile::new("Anna", "").unwrap(), NOW - DAY).unwrap();
    assert!(second.supersedes(&first));
    drop(keystore);
    let keystore = open(&dir);
    keystore.unlock("oolong").unwrap();
    assert_eq!(*keystore.account().unwrap().profile(), second);
}

#[test]
fn a_retired_prekey_opens_wraps_for_seven_days_and_never_after() {
    let dir = tempfile::tempdir().unwrap();
    let keystore = open(&dir);
    keystore.create_account(&ann(), None, NOW).unwrap();
    let old = prekey_of(keystore.account().unwrap().prekey_register());
    let sealed = seal(&old, b"info", b"aad", &[7; 32]).unwrap();
    let opened = |keystore: &Keystore| {
        let account = keystore.account().unwrap();
        account.open_wrap(&old, b"info", b"aad", &sealed).map(|opened| *opened.unwrap())
    };

    let register = keystore.rotate_prekey(NOW + DAY).unwrap();
    assert_ne!(prekey_of(&register), old);
    assert_eq!(*keystore.account().unwrap().prekey_register(), register);
    assert_eq!(keystore.account().unwrap().prekey_created_ms(), NOW + DAY);
    assert_eq!(opened(&keystore), Some([7; 32]));

    drop(keystore);
    let keystore = open(&dir);
    assert_eq!(opened(&keystore), Some([7; 32]));
    assert_eq!(keystore.prune_prekeys(NOW + 8 * DAY - 1).unwrap(), 0);
    assert_eq!(opened(&keystore), Some([7; 32]));
    assert_eq!(keystore.prune_prekeys(NOW + 8 * DAY).unwrap(), 1);
    assert_eq!(opened(&keystore), None);
    drop(keystore);
    assert_eq!(opened(&open(&dir)), None);
}

#[test]
fn the_current_prekey_is_never_pruned() {
    let dir = tempfile::tempdir().unwrap();
    let keystore = open(&dir);
    keystore.create_account(&ann(), None, NOW).unwrap();
    let current = prekey_of(keystore.account().unwrap().prekey_register());
    assert_eq!(keystore.prune_prekeys(u64::MAX).unwrap(), 0);
    assert!(keystore.account().unwrap().prekey(&current).is_some());
}

#[test]
fn prekeys_are_bounded_however_often_they_rotate() {
    let dir = tempfile::tempdir().unwrap();
    let keystore = open(&dir);
    keystore.create_account(&ann(), None, NOW).unwrap();
    let mut seen = vec![prekey_of(keystore.account().unwrap().prekey_register())];
    for at in 1..=PREKEYS_MAX as u64 {
        seen.push(prekey_of(&keystore.rotate_prekey(NOW + at).unwrap()));
    }
    drop(keystore);
    let account = open(&dir).account().unwrap();
    let held: Vec<bool> = seen.iter().map(|public| account.prekey(public).is_some()).collect();
    assert!(!held[0], "the oldest is gone");
    assert!(held[1..].iter().all(|held| *held), "the newest {PREKEYS_MAX} are there");
}

#[test]
fn the_account_file_shows_no_secret_even_without_a_passphrase() {
    let dir = tempfile::tempdir().unwrap();
    let keystore = open(&dir);
    keystore.create_account(&ann(), None, NOW).unwrap();
    let bytes = fs::read(file(&dir, "account.key")).unwrap();
    let account = keystore.account().unwrap();
    let secrets = [*account.account_key().seed(), **account.current.prekey.secret(), **account.master_key];
    for secret in secrets {
        assert!(!bytes.windows(32).any(|window| window == secret));
    }
    assert!(!bytes.windows(3).any(|window| window == b"Ann"));
}

#[test]
fn a_damaged_file_is_named_and_nothing_is_replaced() {
    for name in ["device.key", "account.key"] {
        let dir = tempfile::tempdir().unwrap();
        let keystore = open(&dir);
        keystore.create_account(&ann(), Some("oolong"), NOW).unwrap();
        drop(keystore);
        let sound = fs::read(file(&dir, name)).unwrap();
        for at in (0..sound.len()).step_by(7) {
            let mut bytes = sound.clone();
            bytes[at] ^= 0x10;
            fs::write(file(&dir, name), &bytes).unwrap();
            match try_open(dir.path()) {
                Err(KeystoreError::Damaged { path, .. }) => assert_eq!(path, file(&dir, name)),
                other => panic!("byte {at}: {other:?}"),
            }
            assert_eq!(fs::read(file(&dir, name)).unwrap(), bytes);
        }
        fs::write(file(&dir, name), &sound[..sound.len() / 2]).unwrap();
        assert_eq!(kind(try_open(dir.path())), "Damaged");
        fs::write(file(&dir, name), b"").unwrap();
        assert_eq!(kind(try_open(dir.path())), "Damaged");
        fs::write(file(&dir, name), &sound).unwrap();
        open(&dir).unlock("oolong").unwrap();
    }
}

#[test]
fn a_lost_device_key_is_damage_and_not_a_new_start() {
    let dir = tempfile::tempdir().unwrap();
    let keystore = open(&dir);
    keystore.create_account(&ann(), None, NOW).unwrap();
    drop(keystore);
    fs::remove_file(file(&dir, "device.key")).unwrap();
    match try_open(dir.path()) {
        Err(KeystoreError::Damaged { path, what }) => {
            assert_eq!((path, what), (file(&dir, "device.key"), "missing, while account.key is there"));
        }
        other => panic!("{other:?}"),
    }
    assert!(!file(&dir, "device.key").exists());
}

#[test]
fn an_account_file_of_another_machine_is_refused() {
    let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    drop(open(&here));
    open(&there).create_account(&ann(), None, NOW).unwrap();
    fs::copy(file(&there, "account.key"), file(&here, "account.key")).unwrap();
    match try_open(here.path()) {
        Err(KeystoreError::Damaged { path, what }) => {
            assert_eq!((path, what), (file(&here, "account.key"), "belongs to another device.key"));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn wrong_permissions_wrong_passphrase_and_damage_are_three_different_answers() {
    let dir = tempfile::tempdir().unwrap();
    let keystore = open(&dir);
    keystore.create_account(&ann(), Some("oolong"), NOW).unwrap();
    drop(keystore);
    for name in ["device.key", "account.key"] {
        fs::set_permissions(file(&dir, name), PermissionsExt::from_mode(0o644)).unwrap();
        let error = try_open(dir.path()).unwrap_err().to_string();
        let expected = format!(
            "{} has permissions 644, expected 600: others on this machine can reach the keys",
            file(&dir, name).display()
        );
        assert_eq!(error, expected);
        fs::set_permissions(file(&dir, name), PermissionsExt::from_mode(0o600)).unwrap();
    }
    assert_eq!(open(&dir).unlock("green").unwrap_err().to_string(), "wrong passphrase");
    fs::write(file(&dir, "account.key"), b"moot-acc").unwrap();
    let error = try_open(dir.path()).unwrap_err().to_string();
    assert_eq!(error, format!("{} is damaged: cut short", file(&dir, "account.key").display()));
}

#[test]
fn a_failed_write_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let keystore = open(&dir);
    keystore.create_account(&ann(), None, NOW).unwrap();
    let before = keystore.account().unwrap();
    // A folder in the file's place: nothing can be renamed over it, whoever runs the test.
    let aside = dir.path().join("aside");
    fs::rename(file(&dir, "account.key"), &aside).unwrap();
    fs::create_dir(file(&dir, "account.key")).unwrap();
    assert_eq!(kind(keystore.update_profile(&Profile::new("Anna", "").unwrap(), NOW)), "Io");
    assert_eq!(kind(keystore.rotate_prekey(NOW)), "Io");
    let after = keystore.account().unwrap();
    assert_eq!((after.profile(), after.prekey_register()), (before.profile(), before.prekey_register()));
    assert_eq!(fs::read_dir(dir.path().join("identity")).unwrap().count(), 2, "no temporary file is left");

    fs::remove_dir(file(&dir, "account.key")).unwrap();
    fs::rename(&aside, file(&dir, "account.key")).unwrap();
    keystore.rotate_prekey(NOW).unwrap();
}

#[test]
fn two_creations_at_once_make_one_account() {
    let dir = tempfile::tempdir().unwrap();
    let keystore = open(&dir);
    let made: Vec<Result<AccountId, String>> = std::thread::scope(|scope| {
        let create = || {
            let created = keystore.create_account(&ann(), Some("oolong"), NOW);
            created.map(|phrase| crate::AccountKey::from_phrase(&phrase).id()).map_err(|error| kind::<()>(Err(error)))
        };
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(create)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let winners: Vec<_> = made.iter().filter_map(|made| made.as_ref().ok()).collect();
    assert_eq!(winners, [&keystore.account_id().unwrap()]);
    let losers: Vec<_> = made.iter().filter_map(|made| made.as_ref().err()).collect();
    assert_eq!(losers, ["AlreadyExists"; 3]);
}

#[test]
fn nothing_secret_is_shown_by_debug() {
    let dir = tempfile::tempdir().unwrap();
    let keystore = open(&dir);
    keystore.create_account(&ann(), None, NOW).unwrap();
    let shown = format!("{keystore:?} {:?}", keystore.account().unwrap());
    let expected =
        format!("Keystore({:?}, Ready) Account of {:?}", keystore.device().id(), keystore.account_id().unwrap());
    assert_eq!(shown, expected);
}
