import type { audit_sentences as Words } from '../en/audit.js';

/** Sentences of the audit trail, by the number of the action. */
export const audit_sentences: typeof Words = {
  '1': '{data.caller.name|data.caller.id|data.caller.kind} legte den Mandanten {data.request.client_label|data.client_id|data.request.database_name} an: {data.result}',
  '2': '{data.caller.name|data.caller.id|data.caller.kind} löschte den Mandanten {data.request.client_label|data.client_id|data.request.database_name}: {data.result}',
  '3': '{data.caller.name|data.caller.id|data.caller.kind} änderte den Mandanten {data.request.client_label|data.client_id|data.request.database_name}: {data.result}',
  '4': '{data.caller.name|data.caller.id|data.caller.kind} gab dem Mandanten {data.request.client_label|data.client_id|data.request.database_name} ein neues Geheimnis: {data.result}',
  '5': '{data.caller.name|data.caller.id|data.caller.kind} änderte Namen: {data.result}',
  '11': '{data.caller.name|data.caller.id|data.caller.kind} legte einen Schlüssel an: {data.result}',
  '12': '{data.caller.name|data.caller.id|data.caller.kind} änderte den Schlüssel {data.key_id}: {data.result}',
  '13': '{data.caller.name|data.caller.id|data.caller.kind} löschte den Schlüssel {data.key_id}: {data.result}',
  '21': '{data.caller.name|data.caller.id|data.caller.kind} erzeugte ein Viewer-Token für {data.request.client_label|data.client_id|data.request.database_name}',
  '31': '{data.count} × abgewiesen ({data.reason}) von {data.address}',
  '41': '{data.caller.name|data.caller.id|data.caller.kind} exportierte Ereignisse von {data.request.client_label|data.client_id|data.request.database_name}: {data.result}',
  '42': '{data.caller.name|data.caller.id|data.caller.kind} fragte nach der Datei {data.file_id}',
  '43': '{data.address} lud die Datei {data.file_id} herunter: {data.result}',
  '51': '{data.caller.name|data.caller.id|data.caller.kind} begann ein Backup: {data.result}',
  '52': '{data.caller.name|data.caller.id|data.caller.kind} stellte ein Backup wieder her: {data.result}',
  '53': '{data.caller.name|data.caller.id|data.caller.kind} prüfte ein Backup: {data.result}',
  '54': '{data.caller.name|data.caller.id|data.caller.kind} löschte ein Backup: {data.result}',
  '91': 'Der Dienst startete, Version {data.version}',
  '92': 'Der Dienst endete',
  '93': '{data.count} Einträge gingen verloren: {data.operation}',
  '94': 'Der Dienst übernahm seine Schlüssel neu',
};
