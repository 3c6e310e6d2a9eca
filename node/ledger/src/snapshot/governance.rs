//! Governance events and registers.

use folkmoot_core::ids::{AccountId, EventId, ServerId};
use folkmoot_identity::signed::SignedBytes;

use super::Snapshot;
use crate::{
    LedgerError,
    backend::{Span, Step},
    catalog::Column,
    key::{self, after_prefix, tag},
    record::decode_signed,
};

impl Snapshot<'_> {
    /// Servers of which governance events are kept, ascending.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn servers(&self) -> Result<Vec<ServerId>, LedgerError> {
        let mut servers = Vec::new();
        self.view.scan(Column::Governance, Span::from(Vec::new()), &mut |row, _| {
            let (server, _) = key::read_governance(row)
                .ok_or_else(|| LedgerError::damaged(Column::Governance, row, "not a server and an event"))?;
            servers.push(server);
            Ok(after_prefix(server.as_ref()).map_or(Step::Stop, Step::Seek))
        })?;
        Ok(servers)
    }

    /// All governance events of a server, by id. An event may stand before its parents.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn events_of(&self, server: &ServerId) -> Result<Vec<(EventId, SignedBytes)>, LedgerError> {
        let mut events = Vec::new();
        self.view.scan(Column::Governance, Span::prefix(server.as_ref()), &mut |row, sealed| {
            let damaged = |what| LedgerError::damaged(Column::Governance, row, what);
            let (_, event) = key::read_governance(row).ok_or_else(|| damaged("not a server and an event"))?;
            let plain = self.open(Column::Governance, row, sealed)?;
            events.push((event, decode_signed(plain).map_err(damaged)?));
            Ok(Step::Next)
        })?;
        Ok(events)
    }

    /// One governance event.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn event(&self, server: &ServerId, event: &EventId) -> Result<Option<SignedBytes>, LedgerError> {
        self.read_sealed(Column::Governance, &key::governance(server, event), decode_signed)
    }

    /// All registers: the latest of each account, kind and device, as this node verified them before they were put.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn registers(&self) -> Result<Vec<SignedBytes>, LedgerError> {
        self.registers_under(&[tag::REGISTER])
    }

    /// The registers of one account.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn registers_of(&self, account: &AccountId) -> Result<Vec<SignedBytes>, LedgerError> {
        self.registers_under(&key::tagged(tag::REGISTER, account.as_ref()))
    }

    fn registers_under(&self, prefix: &[u8]) -> Result<Vec<SignedBytes>, LedgerError> {
        let mut registers = Vec::new();
        self.scan_sealed(Column::State, prefix, |_, plain| {
            registers.push(decode_signed(plain)?);
            Ok(())
        })?;
        Ok(registers)
    }
}
